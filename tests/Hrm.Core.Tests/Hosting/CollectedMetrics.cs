using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Hrm.Core.Tests;

/// <summary>A meter factory that records the measurements of its meters.</summary>
internal sealed class CollectedMetrics : IMeterFactory
{
    private readonly MeterListener _listener = new();
    private readonly List<Meter> _meters = [];

    public CollectedMetrics()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == this)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Values.AddOrUpdate(
            instrument.Name, value, (_, before) => instrument is Counter<long> ? before + value : value));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, _) => Durations.Enqueue((tags[0].Value!.ToString()!, value)));
        _listener.Start();
    }

    public ConcurrentDictionary<string, long> Values { get; } = new();

    public ConcurrentQueue<(string Outcome, double Seconds)> Durations { get; } = new();

    public long this[string name]
    {
        get
        {
            _listener.RecordObservableInstruments();
            return Values[name];
        }
    }

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        var meter = new Meter(options);
        _meters.Add(meter);
        return meter;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _meters.ForEach(meter => meter.Dispose());
    }
}
