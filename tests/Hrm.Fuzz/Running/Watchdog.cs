using System.Globalization;

namespace Hrm.Fuzz.Running;

/// <summary>Ends the process where an input takes too long or too much memory: neither gives control back by itself.</summary>
internal sealed class Watchdog : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly TimeProvider _time;
    private readonly long _maximumResident;
    private readonly TimeSpan _maximumTime;
    private readonly Timer _timer;
    private long _started;

    public Watchdog(TimeProvider time, TimeSpan maximumTime, long maximumResident)
    {
        _time = time;
        _maximumTime = maximumTime;
        _maximumResident = maximumResident;
        _timer = new Timer(_ => Look(), null, Interval, Interval);
    }

    public void Start() => Volatile.Write(ref _started, _time.GetTimestamp());

    public void Stop() => Volatile.Write(ref _started, 0);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var started = Volatile.Read(ref _started);
        if (started != 0 && _time.GetElapsedTime(started) > _maximumTime)
        {
            Environment.FailFast(string.Create(CultureInfo.InvariantCulture, $"an input took more than {_maximumTime.TotalSeconds} s"));
        }

        if (Environment.WorkingSet > _maximumResident)
        {
            Environment.FailFast(string.Create(CultureInfo.InvariantCulture, $"resident memory: expected at most {_maximumResident >> 20} MiB, got {Environment.WorkingSet >> 20}"));
        }
    }
}
