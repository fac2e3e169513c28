using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Layers;

/// <summary>The gate of <see cref="SwiGlu"/>, silu(gate) · up, in one pass forward and one backward.</summary>
/// <remarks>
/// Measured against libtorch's operations at 1,296 rows, I 1536, and 5,184 rows, I 512, one thread: forward 1.6 to 1.9 times
/// as fast, backward 2.1 to 2.8 times, in float32 and bfloat16.
/// </remarks>
internal static unsafe class FusedGate
{
    /// <summary>Whether the kernels can take this operand.</summary>
    public static bool Applies(Tensor gateUp) => FastPath.Applies(gateUp) && gateUp.dim() > 0 && gateUp.size(-1) % 2 == 0;

    /// <summary>The gate of [gate | up].</summary>
    /// <param name="gateUp">[…, 2I], one that <see cref="Applies"/>; not changed.</param>
    /// <returns>[…, I].</returns>
    public static Tensor Apply(Tensor gateUp)
        => FastPath.Records(gateUp) ? GateFunction.apply(gateUp) : Forward(gateUp);

    /// <summary>The forward pass, not recorded.</summary>
    public static Tensor Forward(Tensor gateUp)
    {
        var shape = gateUp.shape;
        shape[^1] /= 2;
        var target = empty(shape, gateUp.dtype, CPU);
        if (gateUp.dtype == ScalarType.Float32)
        {
            Forward<StoredSingle>(gateUp, target, shape[^1]);
        }
        else
        {
            Forward<StoredBFloat16>(gateUp, target, shape[^1]);
        }

        return target;
    }

    /// <summary>The gradient of [gate | up], […, 2I], from that of the result, […, I], contiguous.</summary>
    public static Tensor Backward(Tensor gateUp, Tensor gradient)
    {
        var target = empty_like(gateUp);
        if (gateUp.dtype == ScalarType.Float32)
        {
            Backward<StoredSingle>(gateUp, gradient, target);
        }
        else
        {
            Backward<StoredBFloat16>(gateUp, gradient, target);
        }

        return target;
    }

    private static void Forward<T>(Tensor gateUp, Tensor target, long width)
        where T : unmanaged, IStored<T>
    {
        KernelThreads.Run(target.numel() / width, 2 * width, new GateKernel<T>
        {
            GateUp = (T*)TensorMemory.AddressOf(gateUp),
            Target = (T*)TensorMemory.AddressOf(target),
            Width = width,
        });
        GC.KeepAlive((gateUp, target));
    }

    private static void Backward<T>(Tensor gateUp, Tensor gradient, Tensor target)
        where T : unmanaged, IStored<T>
    {
        var width = gateUp.size(-1) / 2;
        KernelThreads.Run(gradient.numel() / width, 4 * width, new GateBackwardKernel<T>
        {
            GateUp = (T*)TensorMemory.AddressOf(gateUp),
            Gradient = (T*)TensorMemory.AddressOf(gradient),
            Target = (T*)TensorMemory.AddressOf(target),
            Width = width,
        });
        GC.KeepAlive((gateUp, gradient, target));
    }
}
