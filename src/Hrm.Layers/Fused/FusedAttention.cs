using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Layers;

/// <summary>Everything of attention between its two projections: [B, S, 3D] to [B, S, D].</summary>
/// <remarks>
/// One pass cuts and turns the heads, the scores become weights in place, one pass puts the heads together. Over the matrix
/// products alone, the whole layer takes at S = 81, forward / with the backward pass: 1.05 / 1.05 (float32) and
/// 1.11 / 1.08 (bfloat16; plainly 1.28 / 1.25) at D = 512, 1.10 / 1.08 and 1.38 / 1.22 (plainly 2.48 / 1.91) at D = 128.
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
