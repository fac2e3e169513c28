namespace Hrm.Core;

/// <summary>Stops a puzzle when its answer has stayed the same for a number of segments: it needs no Q values.</summary>
public sealed class StableHalting : IHaltingPolicy
{
    private readonly int _unchangedSegments;

    /// <summary>Creates the policy.</summary>
    /// <param name="unchangedSegments">k: stops after k segments in a row that did not change the answer, so after k + 1 at the earliest.</param>
    /// <param name="maxSegments">M.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is not positive.</exception>
    public StableHalting(int unchangedSegments, int maxSegments)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(unchangedSegments);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxSegments);
        _unchangedSegments = unchangedSegments;
        MaxSegments = maxSegments;
    }

    /// <inheritdoc/>
    public int MaxSegments { get; }

    /// <inheritdoc/>
    public HaltReason Decide(in SegmentState state)
        => state.UnchangedSegments >= _unchangedSegments ? HaltReason.Stable
            : state.Segments >= MaxSegments ? HaltReason.Maximum
            : HaltReason.None;
}
