using Hrm.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Layers.Kernels;

/// <summary>The one place that multiplies dense matrices. None of it is recorded for a backward pass.</summary>
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

    /// <summary>x Wᵀ.</summary>
    /// <param name="input">[…, I].</param>
    /// <param name="weight">[O, I], same dtype.</param>
    /// <returns>[…, O].</returns>
    public static Tensor Linear(Tensor input, Tensor weight)
    {
        using var scope = NewDisposeScope();
        var shape = input.shape;
        var flat = input.dim() == 2 ? input : input.reshape(-1, shape[^1]); // [R, I]
        shape[^1] = weight.size(0);
        return Multiply(flat, weight.t()).view(shape).MoveToOuterDisposeScope(); // […, O]
    }

    /// <summary>The product of two matrices or of two batches of matrices, of the same dtype; views of any strides.</summary>
    /// <param name="left">[R, K] or [N, R, K].</param>
    /// <param name="right">[K, C] or [N, K, C].</param>
    /// <returns>[R, C] or [N, R, C], contiguous.</returns>
    public static Tensor Multiply(Tensor left, Tensor right)
    {
        var isBatch = left.dim() == 3;
        if (!IsForOneDnn(left, right))
        {
            return isBatch ? bmm(left, right) : mm(left, right);
        }

        var product = isBatch
            ? empty(left.size(0), left.size(1), right.size(2), ScalarType.Float32, CPU)
            : empty(left.size(0), right.size(1), ScalarType.Float32, CPU);
        ((delegate* unmanaged<nint, nint, nint, float, float, void>)MatrixLibrary.Entry)(left.Handle, right.Handle, product.Handle, 0, 1);
        GC.KeepAlive((left, right, product));
        return product;
    }

    /// <summary>Whether oneDNN takes this product: it ends the process when it refuses one, so everything is checked here.</summary>
    private static bool IsForOneDnn(Tensor left, Tensor right)
        => MatrixLibrary.Entry != 0
        && left.dtype == ScalarType.Float32
        && right.dtype == ScalarType.Float32
        && left.device_type == DeviceType.CPU
        && right.device_type == DeviceType.CPU
        && left.dim() == right.dim()
        && left.size(-1) == right.size(-2)
        && (left.dim() == 2 || (left.dim() == 3 && left.size(0) == right.size(0)))
        && left.numel() * right.size(-1) >= FewMultiplications
        && !left.is_sparse
        && !right.is_sparse;
}
