using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Layers;

/// <summary><see cref="RmsNorm"/> of a tensor, or of the sum of two, in one pass forward and one backward.</summary>
/// <remarks>
/// Measured against libtorch's operations at 1,296 rows, D 512, and 5,184 rows, D 128, one thread: forward and backward
/// together 2.4 to 3.1 times as fast in float32 and bfloat16, a forward pass of the sum alone 1.1 to 2 times.
/// </remarks>
internal static unsafe class FusedRmsNorm
{
    /// <summary>Whether the kernels can take this operand.</summary>
    public static bool Applies(Tensor input) => FastPath.Applies(input) && input.dim() > 0;

    /// <summary>Whether the kernels can take these operands.</summary>
    public static bool Applies(Tensor first, Tensor second)
        => Applies(first)
        && FastPath.Applies(second)
        && first.dtype == second.dtype
        && first.shape.AsSpan().SequenceEqual(second.shape);

    /// <summary>Normalises.</summary>
    /// <param name="input">[…, D], one that <see cref="Applies(Tensor)"/>; not changed.</param>
    /// <param name="epsilon">ε.</param>
    /// <returns>[…, D].</returns>
    public static Tensor Apply(Tensor input, double epsilon)
    {
        if (FastPath.Records(input))
        {
            return RmsNormFunction.apply(input, null!, epsilon);
        }

        var target = empty_like(input);
        Forward(input, null, input, target, null, epsilon);
        return target;
    }

    /// <summary>Normalises the sum of two tensors.</summary>
    /// <param name="first">[…, D]; its memory takes the sum where gradients are recorded, else the result.</param>
    /// <param name="second">[…, D]; not changed.</param>
    /// <param name="epsilon">ε.</param>
    /// <returns>[…, D].</returns>
    public static Tensor ApplyToSum(Tensor first, Tensor second, double epsilon)
    {
        if (FastPath.Records(first, second))
        {
            return RmsNormFunction.apply(first, second, epsilon);
        }

        Forward(first, second, first, first, null, epsilon);
        return first;
    }

    /// <summary>The forward pass, not recorded.</summary>
    /// <param name="first">[…, D].</param>
    /// <param name="second">[…, D] or null.</param>
    /// <param name="sum">Where the sum goes if there is a second operand; may be one of the other tensors of its shape.</param>
    /// <param name="target">Where the result goes, […, D].</param>
    /// <param name="scale">Where 1 / √(mean square + ε) goes, […, 1], float32; or null.</param>
    /// <param name="epsilon">ε.</param>
    public static void Forward(Tensor first, Tensor? second, Tensor sum, Tensor target, Tensor? scale, double epsilon)
    {
        if (first.dtype == ScalarType.Float32)
        {
            Forward<StoredSingle>(first, second, sum, target, scale, (float)epsilon);
        }
        else
        {
            Forward<StoredBFloat16>(first, second, sum, target, scale, (float)epsilon);
        }
    }

    /// <summary>The gradient of the sum, […, D].</summary>
    /// <param name="gradient">The gradient of the result, […, D], contiguous.</param>
    /// <param name="sum">[…, D].</param>
    /// <param name="scale">1 / √(mean square + ε), […, 1], float32.</param>
    public static Tensor Backward(Tensor gradient, Tensor sum, Tensor scale)
    {
        var target = empty_like(gradient);
        if (gradient.dtype == ScalarType.Float32)
        {
            Backward<StoredSingle>(gradient, sum, scale, target);
        }
        else
        {
            Backward<StoredBFloat16>(gradient, sum, scale, target);
        }

        return target;
    }

    private static void Forward<T>(Tensor first, Tensor? second, Tensor sum, Tensor target, Tensor? scale, float epsilon)
        where T : unmanaged, IStored<T>
    {
        var width = first.size(-1);
        KernelThreads.Run(first.numel() / width, 3 * width, new RmsNormKernel<T>
        {
            First = (T*)TensorMemory.AddressOf(first),
            Second = second is null ? null : (T*)TensorMemory.AddressOf(second),
            Sum = (T*)TensorMemory.AddressOf(sum),
            Target = (T*)TensorMemory.AddressOf(target),
            Scale = scale is null ? null : (float*)TensorMemory.AddressOf(scale),
            Width = width,
            Epsilon = epsilon,
        });
        GC.KeepAlive((first, second, sum, target, scale));
    }

    private static void Backward<T>(Tensor gradient, Tensor sum, Tensor scale, Tensor target)
        where T : unmanaged, IStored<T>
    {
        var width = gradient.size(-1);
        KernelThreads.Run(gradient.numel() / width, 3 * width, new RmsNormBackwardKernel<T>
        {
            Gradient = (T*)TensorMemory.AddressOf(gradient),
            Sum = (T*)TensorMemory.AddressOf(sum),
            Scale = (float*)TensorMemory.AddressOf(scale),
            Target = (T*)TensorMemory.AddressOf(target),
            Width = width,
        });
        GC.KeepAlive((gradient, sum, scale, target));
    }
}
