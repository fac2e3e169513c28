namespace Hrm.Puzzles.Tests;

/// <summary>Waits of up to a minute end at once and are noted; longer ones, which only guard against a stall, never end.</summary>
internal sealed class HurriedTime : TimeProvider
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    public List<TimeSpan> Waits { get; } = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var ends = dueTime > TimeSpan.Zero && dueTime <= LongestWait;
        if (ends)
        {
            Waits.Add(dueTime);
        }

        return base.CreateTimer(callback, state, ends ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, period);
    }
}
