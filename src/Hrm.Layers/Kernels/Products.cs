using Hrm.Runtime;

namespace Hrm.Layers.Kernels;

/// <summary>The one place that multiplies dense matrices.</summary>
/// <remarks>
/// Float32 products on the CPU go to oneDNN where <see cref="MatrixLibrary"/> says so and the product is large enough. Everything else
/// takes libtorch's own product. Measured on AMD EPYC (Zen 5), GFLOP/s on one and on two threads: MKL 95 to 110 and 180 to 215,
/// oneDNN 200 to 250 and 390 to 490, for products of layers and of attention, forward and backward.
/// </remarks>
internal static unsafe class Products
{
    /// <summary>Number of multiplications below which oneDNN's fixed cost of about 8 µs is more than it saves.</summary>
    private const long FewMultiplications = 1 << 20;

    /// <summary>The name of the library that multiplies float32 matrices on the CPU.</summary>
    public static string Library => MatrixLibrary.Name;

    /// <summary>Whether oneDNN multiplies float32 matrices.</summary>
    public static bool UseOneDnn => MatrixLibrary.Entry != 0;

    /// <summary>Whether the loaded libtorch exports oneDNN's product.</summary>
    public static bool HasOneDnn => MatrixLibrary.OneDnnEntry != 0;

    /// <summary>x Wᵀ + b, recorded for a backward pass like libtorch's own operation.</summary>
    /// <param name="input">[…, I].</param>
    /// <param name="weight">[O, I], same dtype.</param>
    /// <param name="bias">[O], same dtype; or <see langword="null"/>.</param>
    /// <returns>[…, O].</returns>
    public static Tensor Linear(Tensor input, Tensor weight, Tensor? bias = null)
    {
        if (!IsForOneDnn(input, weight, input.numel() * weight.size(0)) || input.size(-1) != weight.size(1))
        {
            return nn.functional.linear(input, weight, bias); // […, O]
        }

        using var scope = NewDisposeScope();
        var shape = input.shape;
        shape[^1] = weight.size(0);
        var (rows, transposed) = (input.reshape(-1, weight.size(1)), weight.t()); // [R, I], [I, O]
        var product = FastPath.Records(input, weight) ? ProductFunction.apply(rows, transposed) : MultiplyByOneDnn(rows, transposed); // [R, O]
        return (bias is null ? product : product.Plus(bias)).view(shape).MoveToOuterDisposeScope(); // […, O]
    }

    /// <summary>The product of two matrices or of two batches of matrices, of the same dtype. Contiguous and transposed ones are not copied.</summary>
    /// <param name="left">[R, K] or [N, R, K].</param>
    /// <param name="right">[K, C] or [N, K, C].</param>
    /// <returns>[R, C] or [N, R, C], contiguous.</returns>
    public static Tensor Multiply(Tensor left, Tensor right)
    {
        var fits = left.dim() == right.dim() && left.size(-1) == right.size(-2) && (left.dim() == 2 || left.size(0) == right.size(0));
        if (fits && IsForOneDnn(left, right, left.numel() * right.size(-1)))
        {
            return MultiplyByOneDnn(left, right);
        }

        return left.dim() == 3 ? bmm(left, right) : mm(left, right);
    }

    /// <summary>The product by oneDNN, whatever library is in use.</summary>
    internal static Tensor MultiplyByOneDnn(Tensor left, Tensor right)
    {
        var product = left.dim() == 3
            ? empty(left.size(0), left.size(1), right.size(2), left.dtype, CPU)
            : empty(left.size(0), right.size(1), left.dtype, CPU);
        ((delegate* unmanaged<nint, nint, nint, float, float, void>)MatrixLibrary.OneDnnEntry)(left.Handle, right.Handle, product.Handle, 0, 1);
        GC.KeepAlive((left, right));
        return product;
    }

    /// <summary>The gradient of transposed weights, the sum of token · gradientᵀ over the tokens.</summary>
    /// <param name="tokens">[R, I], what the weights were applied to.</param>
    /// <param name="gradient">[R, O], the gradient of the result.</param>
    /// <returns>[I, O], in any layout.</returns>
    public static Tensor OfWeight(Tensor tokens, Tensor gradient)
    {
        using var scope = NewDisposeScope();

        // The kernels work on whole vectors of the result's columns: at I 81, O 512 the other order takes a third longer.
        var fillsVectors = gradient.size(1) % VectorMath.Lanes == 0 && tokens.size(1) % VectorMath.Lanes != 0;
        var product = fillsVectors ? Multiply(tokens.t(), gradient) : Multiply(gradient.t(), tokens).t(); // [I, O]
        return product.MoveToOuterDisposeScope();
    }

    /// <summary>Whether oneDNN takes a product of tensors whose shapes fit: for all others it would end the process.</summary>
    private static bool IsForOneDnn(Tensor left, Tensor right, long multiplications)
        => FastPath.IsOn
        && UseOneDnn
        && multiplications >= (MatrixLibrary.Forced is null ? FewMultiplications : 1)
        && left.dtype == ScalarType.Float32
        && right.dtype == ScalarType.Float32
        && left.device_type == DeviceType.CPU
        && right.device_type == DeviceType.CPU
        && !left.is_sparse
        && !right.is_sparse;

    /// <summary>The product of two matrices as a node of the graph.</summary>
    private sealed class ProductFunction : autograd.SingleTensorFunction<ProductFunction>
    {
        public override string Name => nameof(ProductFunction);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (left, right) = ((Tensor)vars[0], (Tensor)vars[1]); // [R, K], [K, C]
            ctx.save_for_backward([left, right]);
            ctx.set_materialize_grads(false);
            return Multiply(left, right);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
            => BackwardMemory.Run(inputs: 2, () =>
            {
                using var scope = NewDisposeScope();
                using var outer = grad_output; // [R, C]
                var saved = ctx.get_saved_variables();
                var (left, right) = (saved[0], saved[1]); // [R, K], [K, C]
                var ofLeft = !left.requires_grad ? null : is_grad_enabled() ? mm(outer, right.t()) : Multiply(outer, right.t()); // [R, K]
                var ofRight = !right.requires_grad ? null : is_grad_enabled() ? mm(left.t(), outer) : OfWeight(left, outer); // [K, C]
                return [ofLeft?.MoveToOuterDisposeScope(), ofRight?.MoveToOuterDisposeScope()];
            });
    }
}
