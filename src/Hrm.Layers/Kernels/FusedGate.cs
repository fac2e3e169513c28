using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hrm.Layers.Kernels;

/// <summary>The gate of <see cref="SwiGlu"/>, silu(gate) · up, in one pass forward and one backward. Not recorded.</summary>
/// <remarks>
/// Values are computed in float32 and rounded once. Measured against libtorch's operations at 1,296 rows, I 1536, and 5,184 rows,
/// I 512, one thread: forward 1.6 to 1.9 times as fast, backward 2.1 to 2.8 times, in float32 and bfloat16.
/// </remarks>
internal static unsafe class FusedGate
{
    /// <summary>silu(gate) · up.</summary>
    /// <param name="gateUp">[R, 2I], or [2I, N] if its columns are the tokens; one for which <see cref="FastPath.Applies"/>.</param>
    /// <param name="isColumns">Whether the columns are the tokens.</param>
    /// <param name="inPlace">Whether the result may replace gate.</param>
    /// <returns>[R, I] or [I, N]; in place a view of <paramref name="gateUp"/>.</returns>
    public static Tensor Forward(Tensor gateUp, bool isColumns, bool inPlace = false)
        => gateUp.dtype == ScalarType.Float32
            ? Forward<StoredSingle>(gateUp, isColumns, inPlace)
            : Forward<StoredBFloat16>(gateUp, isColumns, inPlace);

    /// <summary>The gradient of [gate | up].</summary>
    /// <param name="gateUp">As in <see cref="Forward(Tensor, bool, bool)"/>.</param>
    /// <param name="gradient">The gradient of the result, contiguous.</param>
    /// <param name="isColumns">Whether the columns are the tokens.</param>
    public static Tensor Backward(Tensor gateUp, Tensor gradient, bool isColumns)
        => gateUp.dtype == ScalarType.Float32
            ? Backward<StoredSingle>(gateUp, gradient, isColumns)
            : Backward<StoredBFloat16>(gateUp, gradient, isColumns);

    private static Tensor Forward<T>(Tensor gateUp, bool isColumns, bool inPlace)
        where T : unmanaged, IStored<T>
    {
        var axis = isColumns ? 0 : 1;
        var half = gateUp.size(axis) / 2;
        var target = inPlace ? gateUp.narrow(axis, 0, half) : empty(isColumns ? [half, gateUp.size(1)] : [gateUp.size(0), half], gateUp.dtype, CPU);
        var (rows, width, stride, distance) = Layout(gateUp, isColumns);
        var step = inPlace ? stride : width;
        var source = FastPath.AddressOf<T>(gateUp);
        var result = inPlace ? source : FastPath.AddressOf<T>(target);
        KernelThreads.Run(rows, 2 * width, (begin, end) =>
        {
            for (var row = begin; row < end; row++)
            {
                ForwardRow(source + (row * stride), source + (row * stride) + distance, result + (row * step), width);
            }
        });
        GC.KeepAlive((gateUp, target));
        return target;
    }

    private static Tensor Backward<T>(Tensor gateUp, Tensor gradient, bool isColumns)
        where T : unmanaged, IStored<T>
    {
        var target = empty_like(gateUp); // [R, 2I] or [2I, N]
        var (rows, width, stride, distance) = Layout(gateUp, isColumns);
        var source = FastPath.AddressOf<T>(gateUp);
        var slope = FastPath.AddressOf<T>(gradient);
        var result = FastPath.AddressOf<T>(target);
        KernelThreads.Run(rows, 4 * width, (begin, end) =>
        {
            for (var row = begin; row < end; row++)
            {
                BackwardRow(source + (row * stride), slope + (row * width), result + (row * stride), width, distance);
            }
        });
        GC.KeepAlive((gateUp, gradient, target));
        return target;
    }

    /// <summary>The rows of gate, their width, the distance from one to the next, and from a value of gate to that of up.</summary>
    private static (long Rows, long Width, long Stride, long Distance) Layout(Tensor gateUp, bool isColumns)
    {
        var (rows, width) = (gateUp.size(0), gateUp.size(1));
        return isColumns ? (rows / 2, width, width, rows / 2 * width) : (rows, width / 2, width, width / 2);
    }

    [MethodImpl(KernelThreads.Optimized)]
    private static void ForwardRow<T>(T* gate, T* up, T* target, long width)
        where T : unmanaged, IStored<T>
    {
        var i = 0L;
        for (; i <= width - IStored<T>.Lanes; i += IStored<T>.Lanes)
        {
            T.Store(Compute(T.Load(gate + i), T.Load(up + i)), target + i);
        }

        var rest = (int)(width - i);
        if (rest > 0)
        {
            VectorMath.StoreTail(Compute(VectorMath.LoadTail(gate + i, rest), VectorMath.LoadTail(up + i, rest)), target + i, rest);
        }
    }

    [MethodImpl(KernelThreads.Optimized)]
    private static void BackwardRow<T>(T* gate, T* gradient, T* target, long width, long distance)
        where T : unmanaged, IStored<T>
    {
        var i = 0L;
        for (; i <= width - IStored<T>.Lanes; i += IStored<T>.Lanes)
        {
            var (ofGate, ofUp) = Compute(T.Load(gate + i), T.Load(gate + distance + i), T.Load(gradient + i));
            T.Store(ofGate, target + i);
            T.Store(ofUp, target + distance + i);
        }

        var rest = (int)(width - i);
        if (rest > 0)
        {
            var (ofGate, ofUp) = Compute(
                VectorMath.LoadTail(gate + i, rest), VectorMath.LoadTail(gate + distance + i, rest), VectorMath.LoadTail(gradient + i, rest));
            VectorMath.StoreTail(ofGate, target + i, rest);
            VectorMath.StoreTail(ofUp, target + distance + i, rest);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Compute(Vector512<float> gate, Vector512<float> up)
        => gate * VectorMath.Sigmoid(gate) * up;

    /// <summary>With σ = 1 / (1 + e^-gate): dup = d · gate · σ, dgate = d · up · σ · (1 + gate · (1 - σ)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float> Gate, Vector512<float> Up) Compute(Vector512<float> gate, Vector512<float> up, Vector512<float> gradient)
    {
        var sigmoid = VectorMath.Sigmoid(gate);
        var slope = sigmoid * (Vector512<float>.One + (gate * (Vector512<float>.One - sigmoid)));
        return (gradient * up * slope, gradient * (gate * sigmoid));
    }
}
