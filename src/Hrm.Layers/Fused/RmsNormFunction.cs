using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Layers;

/// <summary>Records the norm of <see cref="FusedRmsNorm"/>; it saves the operands and the scale.</summary>
/// <remarks>
/// The sum takes the place of the first operand: with the result in its stead, which the next layer saves anyway, the rounding
/// of a bfloat16 result would reach the gradient.
/// </remarks>
internal sealed class RmsNormFunction : autograd.SingleTensorFunction<RmsNormFunction>
{
    private const string Epsilon = "epsilon";

    /// <inheritdoc/>
    public override string Name => nameof(RmsNormFunction);

    /// <summary>Normalises the first operand, or its sum with the second, which may be null; the third is ε.</summary>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (first, second, epsilon) = ((Tensor)vars[0], (Tensor?)vars[1], (double)vars[2]);
        var shape = first.shape;
        shape[^1] = 1;
        var (target, scale) = (empty_like(first), empty(shape, ScalarType.Float32, CPU)); // […, D], […, 1]
        FusedRmsNorm.Forward(first, second, first, target, scale, epsilon);
        ctx.set_materialize_grads(false);
        ctx.save_data(Epsilon, epsilon);
        ctx.save_for_backward(second is null ? [first, scale] : [first, scale, second]);
        return target;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        => BackwardMemory.Run(inputs: 3, () => Backward(ctx, grad_output));

    private static List<Tensor> Backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        using var outer = grad_output; // […, D]
        var saved = ctx.get_saved_variables();
        var (sum, scale, second) = (saved[0], saved[1], saved.ElementAtOrDefault(2)); // […, D], […, 1], […, D]
        var gradient = is_grad_enabled()
            ? Differentiable(outer, sum, second, (double)ctx.get_data(Epsilon))
            : FusedRmsNorm.Backward(outer.contiguous(), sum, scale);
        gradient.MoveToOuterDisposeScope();
        return BackwardMemory.Return(gradient, second is null ? null : gradient, null);
    }

    /// <summary>The same of plain operations, for a gradient that is to be differentiated again.</summary>
    private static Tensor Differentiable(Tensor outer, Tensor sum, Tensor? second, double epsilon)
    {
        // The values of the sum with the history of the first operand: that of the second is joined to it.
        var joined = second is null ? sum : sum.Plus(second - second.detach()); // […, D]
        var (wide, gradient) = (joined.CastTo(ScalarType.Float32), outer.CastTo(ScalarType.Float32)); // […, D]
        var scale = wide.Squared().mean([-1], keepdim: true).PlusInPlace(epsilon).rsqrt(); // […, 1]
        var normalised = wide * scale; // […, D]
        return ((gradient - normalised * (gradient * normalised).mean([-1], keepdim: true)) * scale).CastTo(outer.dtype); // […, D]
    }
}
