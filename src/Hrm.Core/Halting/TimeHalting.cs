namespace Hrm.Core;

/// <summary>Stops a puzzle at the end of the segment in which its time runs out.</summary>
/// <remarks>The time counts from the start of the puzzle's first segment; time in a queue does not count.</remarks>
public sealed class TimeHalting : IHaltingPolicy
{
    private readonly TimeSpan _budget;

    /// <summary>Creates the policy.</summary>
    /// <param name="budget">The time allowed; above zero. One segment is always run.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="budget"/> is not positive.</exception>
    public TimeHalting(TimeSpan budget)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(budget, TimeSpan.Zero);
        _budget = budget;
    }

    /// <inheritdoc/>
    public HaltReason Decide(in SegmentState state) => state.Elapsed >= _budget ? HaltReason.Time : HaltReason.None;
}
