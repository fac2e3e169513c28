using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>Runs every row for the same number of segments: what the paper's evaluation does.</summary>
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
    public Tensor Decide(HaltingState state) => state.Segments.ge(MaxSegments); // [B]
}
