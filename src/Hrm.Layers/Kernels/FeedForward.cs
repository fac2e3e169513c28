namespace Hrm.Layers.Kernels;

/// <summary>The two products of <see cref="SwiGlu"/> and the gate between them, as one node of the graph.</summary>
/// <remarks>
/// The tokens are the rows of a matrix, x Wᵀ, or its columns, W x. Columns are for a token mixer: it takes [S, B · D], whose rows are
/// copied from [B, S, D] as a whole, so that nothing is transposed value by value.
/// </remarks>
internal static class FeedForward
{
    /// <summary>Whether the kernels take this input.</summary>
    /// <param name="input">The input of a layer, any shape.</param>
    /// <param name="gateUp">The weights of gate and up, [2I, D].</param>
    public static bool Applies(Tensor input, Tensor gateUp) => FastPath.Applies(input, input.numel() / gateUp.size(1) * gateUp.size(0));

    /// <summary>down(silu(gate(x)) · up(x)).</summary>
    /// <param name="input">[R, D], or [D, N] if its columns are the tokens; one that <see cref="Applies"/>.</param>
    /// <param name="gateUp">[2I, D], in the dtype of <paramref name="input"/>.</param>
    /// <param name="down">[D, I], in that dtype.</param>
    /// <param name="isColumns">Whether the columns are the tokens.</param>
    /// <returns>The shape of <paramref name="input"/>.</returns>
    public static Tensor Apply(Tensor input, Tensor gateUp, Tensor down, bool isColumns)
    {
        if (FastPath.Records(input, gateUp, down))
        {
            return FeedForwardFunction.apply(input, gateUp.t(), down.t(), isColumns);
        }

        using var scope = NewDisposeScope();
        var gated = FusedGate.Forward(Map(gateUp, input, isColumns), isColumns, inPlace: isColumns); // [R, I] or [I, N]
        return Map(down, gated, isColumns).MoveToOuterDisposeScope();
    }

    /// <summary>The weights times each token.</summary>
    private static Tensor Map(Tensor weight, Tensor tokens, bool isColumns)
        => isColumns ? Products.Multiply(weight, tokens) : Products.Multiply(tokens, weight.t());

    /// <summary>The gradient of transposed weights.</summary>
    private static Tensor OfWeight(Tensor tokens, Tensor gradient, bool isColumns)
        => isColumns ? Products.OfWeight(tokens.t(), gradient.t()) : Products.OfWeight(tokens, gradient);

    private sealed class FeedForwardFunction : autograd.SingleTensorFunction<FeedForwardFunction>
    {
        private const string IsColumns = nameof(IsColumns);

        public override string Name => nameof(FeedForwardFunction);

        /// <summary>Takes input, transposed weights and side. The engine transposes the gradients back: a tensor of its own, which it keeps without a copy.</summary>
        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (input, gateUp, down, isColumns) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (bool)vars[3]);
            using var scope = NewDisposeScope();
            var widened = Map(gateUp.t(), input, isColumns); // [R, 2I] or [2I, N]
            var gated = FusedGate.Forward(widened, isColumns); // [R, I] or [I, N]
            ctx.save_for_backward([input, gateUp, down, scope.MoveToOuter(widened), scope.MoveToOuter(gated)]);
            ctx.save_data(IsColumns, isColumns);
            ctx.set_materialize_grads(false);
            return Map(down.t(), gated, isColumns).MoveToOuterDisposeScope();
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
            => BackwardMemory.Run(inputs: 4, () =>
            {
                using var scope = NewDisposeScope();
                using var outer = grad_output;
                var saved = ctx.get_saved_variables();
                var isColumns = (bool)ctx.get_data(IsColumns);
                var gradients = is_grad_enabled()
                    ? Differentiable(outer, saved[0], saved[1], saved[2], isColumns)
                    : Gradients(outer, saved, isColumns);
                return [.. gradients.Select(gradient => gradient?.MoveToOuterDisposeScope()), null];
            });

        private static Tensor?[] Gradients(Tensor outer, List<Tensor> saved, bool isColumns)
        {
            var (input, gateUp, down, widened, gated) = (saved[0], saved[1], saved[2], saved[3], saved[4]);
            var ofGated = Map(down, outer, isColumns); // [R, I] or [I, N]
            var ofWidened = FusedGate.Backward(widened, ofGated, isColumns); // [R, 2I] or [2I, N]
            return
            [
                input.requires_grad ? Map(gateUp, ofWidened, isColumns) : null, // [R, D] or [D, N]
                gateUp.requires_grad ? OfWeight(input, ofWidened, isColumns) : null, // [D, 2I]
                down.requires_grad ? OfWeight(gated, outer, isColumns) : null, // [I, D]
            ];
        }

        /// <summary>The gradients by plain operations, so that they can be differentiated again.</summary>
        private static Tensor?[] Differentiable(Tensor outer, Tensor input, Tensor gateUp, Tensor down, bool isColumns)
        {
            var (rows, slopes) = isColumns ? (input.t(), outer.t()) : (input, outer); // [R, D] each
            var halves = rows.mm(gateUp).chunk(2, -1);
            var (gate, up, sigmoid) = (halves[0], halves[1], halves[0].sigmoid()); // [R, I] each
            var silu = gate * sigmoid; // [R, I]
            var ofGated = slopes.mm(down.t()); // [R, I]
            var ofWidened = cat([ofGated * up * sigmoid.Plus(silu * HeldScalars.One.Minus(sigmoid)), ofGated * silu], -1); // [R, 2I]
            var ofRows = ofWidened.mm(gateUp.t()); // [R, D]
            return [isColumns ? ofRows.t() : ofRows, rows.t().mm(ofWidened), (silu * up).t().mm(slopes)];
        }
    }
}
