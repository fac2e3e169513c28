using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Layers;

/// <summary>Everything of attention between its two projections: [B, S, 3D] to [B, S, D].</summary>
/// <remarks>
/// One pass cuts and turns the heads, the scores become weights in place, one pass puts the heads together. Over the matrix
/// products alone the whole layer takes at S = 81 (processor time, plain form in brackets), forward and with the backward
/// pass: float32 1.06 and 1.06 (1.08, 1.12) at D = 512, 1.15 and 1.09 (1.26, 1.23) at D = 128; bfloat16 1.11 and 1.09
/// (1.33, 1.39) at D = 512, 1.37 and 1.22 (2.23, 1.82) at D = 128; at S = 900, D = 512 1.33 and 1.25 (1.69, 1.49).
/// </remarks>
internal static class FusedAttention
{
    /// <summary>The scores of a single head must have an address, see <see cref="FastPath"/>.</summary>
    private const long LongestMap = 20_000;

    /// <summary>
    /// Whether the fused form serves this packed projection, [B, S, 3D]. For long sequences in float32 libtorch's own fused
    /// attention is faster (at S = 900 by a tenth forward, by a sixth with the backward pass), at S = 300 they are equal.
    /// </summary>
    public static bool Applies(Tensor packed, long headDim)
        => FastPath.Applies(packed)
        && (packed.dtype == ScalarType.BFloat16 ? packed.size(1) <= LongestMap : KeepsWeights(packed.size(1), headDim));

    /// <summary>Whether the attention weights, S² a head, are no larger than four tensors of S · H, and so worth keeping.</summary>
    public static bool KeepsWeights(long tokens, long headDim) => tokens <= 4 * headDim;

    /// <summary>Attends.</summary>
    /// <param name="packed">[B, S, 3D]: q heads, k heads, v heads.</param>
    /// <param name="heads">A.</param>
    /// <param name="angles">Turn q and k; <see langword="null"/> for no turn.</param>
    /// <returns>[B, S, D].</returns>
    public static Tensor Attend(Tensor packed, long heads, RotaryAngles? angles)
    {
        if (FastPath.Records(packed))
        {
            return FusedAttentionFunction.apply(packed, angles?.Cos!, angles?.SignedSin!, heads);
        }

        var steps = StepsFor(packed, heads, angles);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var mixed = empty(packed.size(0), packed.size(1), packed.size(2) / 3, packed.dtype); // [B, S, D]
        foreach (var block in steps.Blocks)
        {
            using var blockScope = NewDisposeScope();
            var (queries, keys, values) = steps.Split(packed, block); // [maps, S, H] each
            steps.Merge(bmm(steps.Weigh(queries, keys), values), block, mixed);
        }

        return mixed.MoveToOuterDisposeScope();
    }

    /// <summary>The steps for this packed projection.</summary>
    public static AttentionSteps StepsFor(Tensor packed, long heads, RotaryAngles? angles)
    {
        var shape = packed.shape; // [B, S, 3D]
        return new AttentionSteps(packed.dtype, shape[0], shape[1], heads, shape[2] / (3 * heads), angles);
    }
}
