namespace Hrm.Core;

/// <summary>Runs every puzzle for the same number of segments: what the paper's evaluation does.</summary>
public sealed class FixedHalting : IHaltingPolicy
{
    /// <summary>Creates the policy.</summary>
    /// <param name="segments">M.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="segments"/> is not positive.</exception>
    public FixedHalting(int segments)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(segments);
        MaxSegments = segments;
    }

    /// <inheritdoc/>
    public int MaxSegments { get; }

    /// <inheritdoc/>
    public HaltReason Decide(in SegmentState state) => state.Segments >= MaxSegments ? HaltReason.Maximum : HaltReason.None;
}
