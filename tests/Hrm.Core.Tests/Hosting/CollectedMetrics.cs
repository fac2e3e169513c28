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
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Values.AddOrUpdate(
            (instrument.Name, Find(tags, "hrm.solver.name"), Find(tags, "hrm.model.name")), value, (_, before) => instrument is Counter<long> ? before + value : value));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, _) => Durations.Enqueue((Find(tags, "outcome")!, Find(tags, "hrm.model.name")!, value)));
        _listener.Start();
    }

    /// <summary>The values by instrument, name of the solver and name of the model.</summary>
    public ConcurrentDictionary<(string Instrument, string? Solver, string? Model), long> Values { get; } = new();

    public ConcurrentQueue<(string Outcome, string Model, double Seconds)> Durations { get; } = new();

    /// <summary>The sum over all solvers and models.</summary>
    public long this[string name] => Of(name).Sum(entry => entry.Value);

    /// <summary>The values of an instrument.</summary>
    public IEnumerable<(string? Solver, string? Model, long Value)> Of(string name)
    {
        _listener.RecordObservableInstruments();
        return Values.Where(entry => entry.Key.Instrument == name).Select(entry => (entry.Key.Solver, entry.Key.Model, entry.Value));
    }

    private static string? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags, string key)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == key)
            {
                return tag.Value?.ToString();
            }
        }

        return null;
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
