using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace Hrm.Layers.Kernels;

/// <summary>Attention between its two projections: [B, S, 3D] to [B, S, D].</summary>
/// <remarks>
/// One pass cuts and rotates the heads, the scores become weights in place, one pass puts the heads together. Time of the whole
/// layer over its matrix products at S = 81 (processor time, plain form in brackets), forward and with the backward pass:
/// float32 1.06 and 1.06 (1.08, 1.12) at D = 512, 1.15 and 1.09 (1.26, 1.23) at D = 128; bfloat16 1.11 and 1.09 (1.33, 1.39) at
/// D = 512, 1.37 and 1.22 (2.23, 1.82) at D = 128; at S = 900, D = 512 1.33 and 1.25 (1.69, 1.49).
/// </remarks>
internal static class FusedAttention
{
    /// <summary>The scores of a single head must have an address, see <see cref="FastPath"/>.</summary>
    private const long LongestMap = 20_000;

    /// <summary>
    /// Whether the fused form takes this packed projection, [B, S, 3D]. For long sequences in float32 libtorch's own fused attention
    /// is faster (at S = 900 by a tenth forward, by a sixth with the backward pass); at S = 300 they are equal.
    /// </summary>
    public static bool Applies(Tensor packed, long headDim)
        => FastPath.Applies(packed)
        && (packed.dtype == ScalarType.BFloat16 ? packed.size(1) <= LongestMap : KeepsWeights(packed.size(1), headDim));

    /// <summary>Attends.</summary>
    /// <param name="packed">[B, S, 3D]: q heads, k heads, v heads.</param>
    /// <param name="heads">A.</param>
    /// <param name="angles">Rotate q and k; <see langword="null"/> for no rotation.</param>
    /// <returns>[B, S, D].</returns>
    public static Tensor Attend(Tensor packed, long heads, RotaryAngles? angles)
        => FastPath.Records(packed) ? AttentionFunction.apply(packed, angles?.Cos!, angles?.SignedSin!, heads) : Forward(packed, heads, angles, null);

    /// <summary>Whether the attention weights, S² per head, are at most as large as four tensors of S · H, and so worth keeping.</summary>
    private static bool KeepsWeights(long tokens, long headDim) => tokens <= 4 * headDim;

    private static Tensor Forward(Tensor packed, long heads, RotaryAngles? angles, AutogradContext? context)
        => packed.dtype == ScalarType.Float32
            ? Forward<StoredSingle>(packed, heads, angles, context)
            : Forward<StoredBFloat16>(packed, heads, angles, context);

    private static Tensor Forward<T>(Tensor packed, long heads, RotaryAngles? angles, AutogradContext? context)
        where T : unmanaged, IStored<T>
    {
        using var noGradient = no_grad();
        var shape = packed.shape; // [B, S, 3D]
        var steps = new AttentionSteps<T>(shape[0], shape[1], heads, shape[2] / (3 * heads), angles);
        var mixed = empty(shape[0], shape[1], shape[2] / 3, packed.dtype); // [B, S, D]
        List<Tensor> saved = [angles?.Cos!, angles?.SignedSin!];
        foreach (var block in steps.Blocks)
        {
            using var scope = NewDisposeScope();
            var (queries, keys, values) = steps.Split(packed, block); // [maps, S, H] each
            var weights = steps.Weigh(queries, keys); // [maps, S, S]
            steps.Merge(bmm(weights, values), block, mixed);
            if (context is not null)
            {
                saved.AddRange([scope.MoveToOuter(queries), scope.MoveToOuter(keys), scope.MoveToOuter(values)]);
                saved.Add(KeepsWeights(steps.Tokens, steps.HeadDim) ? scope.MoveToOuter(weights) : null!);
            }
        }

        context?.save_for_backward(saved);
        context?.save_data(AttentionFunction.Steps, steps with { Angles = null });
        return mixed;
    }

    private static Tensor Backward<T>(Tensor gradient, AttentionSteps<T> steps, List<Tensor> saved)
        where T : unmanaged, IStored<T>
    {
        steps = steps with { Angles = saved[0] is { } cos ? new RotaryAngles(cos, saved[1]) : null };
        var packed = empty(steps.Batches, steps.Tokens, 3 * steps.Heads * steps.HeadDim, T.Dtype); // [B, S, 3D]
        var next = 2;
        foreach (var block in steps.Blocks)
        {
            using var scope = NewDisposeScope();
            var (queries, keys, values) = (saved[next], saved[next + 1], saved[next + 2]); // [maps, S, H] each
            var weights = saved[next + 3] ?? steps.Weigh(queries, keys); // [maps, S, S]
            next += 4;
            var part = steps.Part(gradient, block); // [maps, S, H]
            var ofValues = bmm(weights.transpose(1, 2), part); // [maps, S, H]
            var ofScores = bmm(part, values.transpose(1, 2)); // [maps, S, S]
            steps.WeighBack(weights, ofScores);
            var ofQueries = bmm(ofScores, keys); // [maps, S, H]
            var ofKeys = bmm(ofScores.transpose(1, 2), queries); // [maps, S, H]
            steps.Join(ofQueries, ofKeys, ofValues, block, packed);
        }

        return packed;
    }

    /// <summary>Attention as a node of the graph.</summary>
    /// <remarks>
    /// It keeps q, k and v for the backward pass, and the attention weights if they are no larger than four of those. Longer
    /// sequences compute the weights again, so that memory grows with S and not with S². As with libtorch's own fused attention on
    /// the CPU, the gradient cannot be differentiated again; the plain form in bfloat16 and float64 can.
    /// </remarks>
    private sealed class AttentionFunction : SingleTensorFunction<AttentionFunction>
    {
        public const string Steps = nameof(Steps);

        public override string Name => nameof(AttentionFunction);

        public override Tensor forward(AutogradContext ctx, params object[] vars)
        {
            var angles = vars[1] is Tensor cos ? new RotaryAngles(cos, (Tensor)vars[2]) : null;
            ctx.set_materialize_grads(false);
            return Forward((Tensor)vars[0], (long)vars[3], angles, ctx);
        }

        public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output)
            => BackwardMemory.Run(inputs: 4, () =>
            {
                using var scope = NewDisposeScope();
                using var noGradient = no_grad();
                using var outer = grad_output;
                var saved = ctx.get_saved_variables();
                var gradient = outer.contiguous(); // [B, S, D]
                var packed = ctx.get_data(Steps) is AttentionSteps<StoredSingle> single
                    ? Backward(gradient, single, saved)
                    : Backward(gradient, (AttentionSteps<StoredBFloat16>)ctx.get_data(Steps), saved); // [B, S, 3D]
                return [packed.MoveToOuterDisposeScope(), null, null, null];
            });
    }
}
