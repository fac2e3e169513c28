namespace Hrm.Core;

/// <summary>Stops a puzzle at the end of the segment in which its time runs out.</summary>
/// <remarks>The time counts from the puzzle's first segment, not from its place in a queue.</remarks>
public sealed class TimeHalting : IHaltingPolicy
{
    private readonly TimeSpan _budget;

    /// <summary>Creates the policy.</summary>
    /// <param name="budget">The time allowed; above zero. One segment is always run.</param>
    /// <param name="maxSegments">M.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is not positive.</exception>
    public TimeHalting(TimeSpan budget, int maxSegments)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(budget, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxSegments);
        _budget = budget;
        MaxSegments = maxSegments;
    }

    /// <inheritdoc/>
    public int MaxSegments { get; }

    /// <inheritdoc/>
    public HaltReason Decide(in SegmentState state)
        => state.Elapsed >= _budget ? HaltReason.Time
            : state.Segments >= MaxSegments ? HaltReason.Maximum
            : HaltReason.None;
}
