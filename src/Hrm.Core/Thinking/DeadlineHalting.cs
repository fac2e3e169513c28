namespace Hrm.Core;

/// <summary>A policy that also ends when a time is over that began before the puzzle did.</summary>
internal sealed class DeadlineHalting : IHaltingPolicy
{
    private readonly IHaltingPolicy _policy;
    private readonly TimeSpan _budget;
    private readonly TimeProvider _time;
    private readonly long _start;

    public DeadlineHalting(IHaltingPolicy policy, TimeSpan budget, TimeProvider time)
    {
        _policy = policy;
        _budget = budget;
        _time = time;
        _start = time.GetTimestamp();
    }

    /// <summary>Whether the time has run out.</summary>
    public bool IsOver => _time.GetElapsedTime(_start) >= _budget;

    public HaltReason Decide(in SegmentState state)
        => _policy.Decide(state) | (IsOver ? HaltReason.Time : HaltReason.None);
}
