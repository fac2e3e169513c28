namespace Hrm.Fuzz.Running;

/// <summary>Ends the process if an input takes too long or too much memory, because neither returns control by itself.</summary>
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
        var problem = started != 0 && _time.GetElapsedTime(started) > _maximumTime ? $"an input took more than {_maximumTime}"
            : Environment.WorkingSet > _maximumResident ? $"resident memory: expected at most {_maximumResident >> 20} MiB, got {Environment.WorkingSet >> 20}"
            : null;
        if (problem is not null)
        {
            Environment.FailFast(problem);
        }
    }
}
