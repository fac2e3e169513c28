namespace Hrm.Core;

/// <summary>Stops a puzzle when its answer has stayed the same for a number of segments; needs no Q values.</summary>
public sealed class StableHalting : IHaltingPolicy
{
    private readonly int _unchangedSegments;

    /// <summary>Creates the policy.</summary>
    /// <param name="unchangedSegments">k: stops after k segments in a row that did not change the answer, so after k + 1 at the earliest.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="unchangedSegments"/> is not positive.</exception>
    public StableHalting(int unchangedSegments)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(unchangedSegments);
        _unchangedSegments = unchangedSegments;
    }

    /// <inheritdoc/>
    public HaltReason Decide(in SegmentState state)
        => state.UnchangedSegments >= _unchangedSegments ? HaltReason.Stable : HaltReason.None;
}
