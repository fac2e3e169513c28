using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace Hrm.Layers;

/// <summary><see cref="FusedAttention.Attend"/> with its backward pass, as one node of the graph.</summary>
/// <remarks>
/// Kept for the backward pass: q, k and v, and the attention weights where they are no larger than four of those.
/// Longer sequences compute the weights again, so that memory grows with S and not with S². As with libtorch's own fused
/// attention on the CPU, the gradient cannot be differentiated again; the plain form in bfloat16 and float64 can.
/// </remarks>
internal sealed class FusedAttentionFunction : SingleTensorFunction<FusedAttentionFunction>
{
    private const string Steps = nameof(Steps);

    /// <inheritdoc/>
    public override string Name => nameof(FusedAttentionFunction);

    /// <inheritdoc/>
    public override Tensor forward(AutogradContext ctx, params object[] vars)
    {
        var packed = (Tensor)vars[0]; // [B, S, 3D]
        var angles = vars[1] is Tensor cos ? new RotaryAngles(cos, (Tensor)vars[2]) : null;
        var steps = FusedAttention.StepsFor(packed, (long)vars[3], angles);
        List<Tensor> saved = [angles?.Cos!, angles?.SignedSin!];
        var mixed = empty(steps.Batches, steps.Tokens, steps.Heads * steps.HeadDim, packed.dtype); // [B, S, D]
        foreach (var block in steps.Blocks)
        {
            using var scope = NewDisposeScope();
            var (queries, keys, values) = steps.Split(packed, block); // [maps, S, H] each
            var weights = steps.Weigh(queries, keys); // [maps, S, S]
            steps.Merge(bmm(weights, values), block, mixed);
            saved.AddRange([queries.MoveToOuterDisposeScope(), keys.MoveToOuterDisposeScope(), values.MoveToOuterDisposeScope()]);
            saved.Add(FusedAttention.KeepsWeights(steps.Tokens, steps.HeadDim) ? weights.MoveToOuterDisposeScope() : null!);
        }

        ctx.save_for_backward(saved);
        ctx.set_materialize_grads(false);
        ctx.save_data(Steps, steps with { Angles = null });
        return mixed;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output)
        => BackwardMemory.Run(inputs: 4, () => Backward(ctx, grad_output));

    private static List<Tensor> Backward(AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var outer = grad_output;
        var saved = ctx.get_saved_variables();
        var steps = (AttentionSteps)ctx.get_data(Steps);
        steps = steps with { Angles = saved[0] is { } cos ? new RotaryAngles(cos, saved[1]) : null };
        var gradient = outer.contiguous(); // [B, S, D]
        var packed = empty(steps.Batches, steps.Tokens, 3 * steps.Heads * steps.HeadDim, steps.Dtype); // [B, S, 3D]
        var next = 2;
        foreach (var block in steps.Blocks)
        {
            using var blockScope = NewDisposeScope();
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

        return BackwardMemory.Return(packed.MoveToOuterDisposeScope(), null, null, null);
    }
}
