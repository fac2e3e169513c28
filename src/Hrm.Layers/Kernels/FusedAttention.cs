using static TorchSharp.torch.autograd;

namespace Hrm.Layers.Kernels;

/// <summary>Attention with its two projections, [B, S, D] to [B, S, D], as one node of the graph.</summary>
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
    /// Whether the fused form takes this input, [B, S, D]. For long sequences in float32 it is faster than libtorch's own fused attention
    /// only with oneDNN's products: at S = 900 by half, forward and with the backward pass; with MKL's slower by a tenth and a sixth.
    /// </summary>
    public static bool Applies(Tensor input, long headDim)
        => FastPath.Applies(input, 3 * input.numel())
        && input.size(1) <= LongestMap
        && (input.dtype == ScalarType.BFloat16 || Products.UseOneDnn || KeepsWeights(input.size(1), headDim));

    /// <summary>Attends.</summary>
    /// <param name="input">[B, S, D].</param>
    /// <param name="qkv">The projection to q heads, k heads, v heads, [3D, D], in the dtype of <paramref name="input"/>.</param>
    /// <param name="output">The projection of the result, [D, D], in that dtype.</param>
    /// <param name="heads">A.</param>
    /// <param name="angles">Rotate q and k; <see langword="null"/> for no rotation.</param>
    /// <returns>[B, S, D].</returns>
    public static Tensor Attend(Tensor input, Tensor qkv, Tensor output, long heads, RotaryAngles? angles)
        => FastPath.Records(input, qkv, output)
            ? AttentionFunction.apply(input, qkv.t(), output.t(), angles?.Cos!, angles?.SignedSin!, heads)
            : Forward(input, qkv.t(), output.t(), heads, angles, null);

    /// <summary>Whether the attention weights, S² per head, are at most as large as four tensors of S · H, and so worth keeping.</summary>
    private static bool KeepsWeights(long tokens, long headDim) => tokens <= 4 * headDim;

    /// <summary>The forward pass; it saves for the backward pass if there is a context.</summary>
    /// <param name="input">[B, S, D].</param>
    /// <param name="qkv">[D, 3D], transposed.</param>
    /// <param name="output">[D, D], transposed.</param>
    /// <param name="heads">A.</param>
    /// <param name="angles">Rotate q and k; <see langword="null"/> for no rotation.</param>
    /// <param name="context">Keeps the tensors for the backward pass; or <see langword="null"/>.</param>
    private static Tensor Forward(Tensor input, Tensor qkv, Tensor output, long heads, RotaryAngles? angles, AutogradContext? context)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (batch, tokens, width) = (input.size(0), input.size(1), input.size(2));
        var packed = Products.Multiply(input.view(-1, width), qkv).view(batch, tokens, 3 * width); // [B, S, 3D]
        var mixed = empty_like(input); // [B, S, D]
        List<Tensor> steps = []; // q, k, v and weights of each block
        if (input.dtype == ScalarType.Float32)
        {
            Mix<StoredSingle>(packed, heads, angles, mixed, steps, context);
        }
        else
        {
            Mix<StoredBFloat16>(packed, heads, angles, mixed, steps, context);
        }

        if (context is not null)
        {
            // The context reads them only after the function has returned.
            scope.MoveToOuter([mixed, .. steps.OfType<Tensor>()]);
            context.save_for_backward([input, qkv, output, mixed, angles?.Cos!, angles?.SignedSin!, .. steps]);
        }

        return Products.Multiply(mixed.view(-1, width), output).view(input.shape).MoveToOuterDisposeScope(); // [B, S, D]
    }

    /// <summary>The heads' results, [B, S, D], of the packed projection.</summary>
    private static void Mix<T>(Tensor packed, long heads, RotaryAngles? angles, Tensor mixed, List<Tensor> saved, AutogradContext? context)
        where T : unmanaged, IStored<T>
    {
        var shape = packed.shape; // [B, S, 3D]
        var steps = new AttentionSteps<T>(shape[0], shape[1], heads, shape[2] / (3 * heads), angles);
        foreach (var block in steps.Blocks)
        {
            using var scope = NewDisposeScope();
            var (queries, keys, values) = steps.Split(packed, block); // [maps, S, H] each
            var weights = steps.Weigh(queries, keys); // [maps, S, S]
            steps.Merge(Products.Multiply(weights, values), block, mixed);
            if (context is not null)
            {
                saved.AddRange([scope.MoveToOuter(queries), scope.MoveToOuter(keys), scope.MoveToOuter(values)]);
                saved.Add(KeepsWeights(steps.Tokens, steps.HeadDim) ? scope.MoveToOuter(weights) : null!);
            }
        }

        context?.save_data(AttentionFunction.Steps, steps with { Angles = null });
    }

    /// <summary>The gradient of the packed projection, [B, S, 3D], from that of the heads' results, [B, S, D].</summary>
    private static Tensor Backward<T>(Tensor gradient, AttentionSteps<T> steps, List<Tensor> saved)
        where T : unmanaged, IStored<T>
    {
        steps = steps with { Angles = saved[4] is { } cos ? new RotaryAngles(cos, saved[5]) : null };
        var packed = empty(steps.Batches, steps.Tokens, 3 * steps.Heads * steps.HeadDim, T.Dtype); // [B, S, 3D]
        var next = 6;
        foreach (var block in steps.Blocks)
        {
            using var scope = NewDisposeScope();
            var (queries, keys, values) = (saved[next], saved[next + 1], saved[next + 2]); // [maps, S, H] each
            var weights = saved[next + 3] ?? steps.Weigh(queries, keys); // [maps, S, S]
            next += 4;
            var part = steps.Part(gradient, block); // [maps, S, H]
            var ofValues = Products.Multiply(weights.transpose(1, 2), part); // [maps, S, H]
            var ofScores = Products.Multiply(part, values.transpose(1, 2)); // [maps, S, S]
            steps.WeighBack(weights, ofScores);
            var ofQueries = Products.Multiply(ofScores, keys); // [maps, S, H]
            var ofKeys = Products.Multiply(ofScores.transpose(1, 2), queries); // [maps, S, H]
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
            var (input, qkv, output, heads) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (long)vars[5]);
            var angles = vars[3] is Tensor cos ? new RotaryAngles(cos, (Tensor)vars[4]) : null;
            ctx.set_materialize_grads(false);
            return Forward(input, qkv, output, heads, angles, ctx);
        }

        public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output)
            => BackwardMemory.Run(inputs: 6, () =>
            {
                using var scope = NewDisposeScope();
                using var noGradient = no_grad();
                using var outer = grad_output; // [B, S, D]
                var saved = ctx.get_saved_variables();
                var (input, qkv, output) = (saved[0], saved[1], saved[2]); // [B, S, D], [D, 3D], [D, D]
                var width = input.size(2);
                var rows = outer.reshape(-1, width); // [BS, D]
                var ofMixed = Products.Multiply(rows, output.t()).view(input.shape); // [B, S, D]
                var packed = ctx.get_data(Steps) is AttentionSteps<StoredSingle> single
                    ? Backward(ofMixed, single, saved)
                    : Backward(ofMixed, (AttentionSteps<StoredBFloat16>)ctx.get_data(Steps), saved); // [B, S, 3D]
                var ofPacked = packed.view(-1, 3 * width); // [BS, 3D]
                Tensor?[] gradients =
                [
                    input.requires_grad ? Products.Multiply(ofPacked, qkv.t()).view(input.shape) : null, // [B, S, D]
                    qkv.requires_grad ? Products.OfWeight(input.view(-1, width), ofPacked) : null, // [D, 3D]
                    output.requires_grad ? Products.OfWeight(saved[3].view(-1, width), rows) : null, // [D, D]
                ];
                return [.. gradients.Select(gradient => gradient?.MoveToOuterDisposeScope()), null, null, null];
            });
    }
}
