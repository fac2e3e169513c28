using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Layers;

/// <summary>Everything of attention between its two projections: [B, S, 3D] to [B, S, D].</summary>
internal static class FusedAttention
{
    /// <summary>Whether the fused form serves this packed projection, [B, S, 3D].</summary>
    public static bool Applies(Tensor packed)
        => FastPath.Applies(packed) && packed.size(1) <= LongestMap;

    /// <summary>The scores of a single head must have an address, see <see cref="FastPath"/>.</summary>
    private const long LongestMap = 20_000;

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
