using static TorchSharp.torch;

namespace Hrm.Layers;

/// <summary>Records the gate of <see cref="FusedGate"/>; it saves the operand alone.</summary>
internal sealed class GateFunction : autograd.SingleTensorFunction<GateFunction>
{
    /// <inheritdoc/>
    public override string Name => nameof(GateFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var gateUp = (Tensor)vars[0];
        ctx.save_for_backward([gateUp]);
        ctx.set_materialize_grads(false);
        return FusedGate.Forward(gateUp);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        => BackwardMemory.Run(inputs: 1, () => Backward(ctx, grad_output));

    private static List<Tensor> Backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        using var outer = grad_output;
        var gateUp = ctx.get_saved_variables()[0];
        var gradient = is_grad_enabled()
            ? Differentiable(gateUp, outer)
            : FusedGate.Backward(gateUp, outer.contiguous());
        return BackwardMemory.Return(gradient.MoveToOuterDisposeScope());
    }

    /// <summary>The same of plain operations, for a gradient that is to be differentiated again.</summary>
    private static Tensor Differentiable(Tensor gateUp, Tensor gradient)
    {
        var halves = gateUp.chunk(2, -1);
        var (gate, up) = (halves[0], halves[1]);
        var sigmoid = gate.sigmoid();
        var silu = gate * sigmoid;
        return cat([gradient * up * sigmoid.Plus(silu * HeldScalars.One.Minus(sigmoid)), gradient * silu], -1);
    }
}
