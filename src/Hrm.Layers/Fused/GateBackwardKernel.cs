using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hrm.Layers;

/// <summary>The gradient of <see cref="GateKernel{T}"/>: rows [gate | up] from the gradients of the results.</summary>
/// <typeparam name="T">How the values are stored.</typeparam>
internal unsafe struct GateBackwardKernel<T> : IRowKernel
    where T : unmanaged, IStored<T>
{
    /// <summary>The rows [gate | up], twice as wide.</summary>
    public T* GateUp;

    /// <summary>The gradients of the results.</summary>
    public T* Gradient;

    /// <summary>The gradients of the rows [gate | up].</summary>
    public T* Target;

    /// <summary>I, the width of a result.</summary>
    public long Width;

    /// <inheritdoc/>
    public readonly void Run(long begin, long end)
    {
        for (var row = begin; row < end; row++)
        {
            Walk(GateUp + (2 * row * Width), Gradient + (row * Width), Target + (2 * row * Width));
        }
    }

    /// <summary>With σ = 1 / (1 + e^-gate): dup = d · gate · σ, dgate = d · up · σ · (1 + gate · (1 - σ)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float> Gate, Vector512<float> Up) Compute(Vector512<float> gate, Vector512<float> up, Vector512<float> gradient)
    {
        var sigmoid = VectorSigmoid.Of(gate);
        var slope = sigmoid * (Vector512<float>.One + (gate * (Vector512<float>.One - sigmoid)));
        return (gradient * up * slope, gradient * (gate * sigmoid));
    }

    private readonly void Walk(T* gate, T* gradient, T* target)
    {
        var i = 0L;
        for (; i <= Width - IStored<T>.Lanes; i += IStored<T>.Lanes)
        {
            var result = Compute(T.Load(gate + i), T.Load(gate + Width + i), T.Load(gradient + i));
            T.Store(result.Gate, target + i);
            T.Store(result.Up, target + Width + i);
        }

        var rest = (int)(Width - i);
        if (rest > 0)
        {
            var result = Compute(
                VectorTail.Load(gate + i, rest), VectorTail.Load(gate + Width + i, rest), VectorTail.Load(gradient + i, rest));
            VectorTail.Store(result.Gate, target + i, rest);
            VectorTail.Store(result.Up, target + Width + i, rest);
        }
    }
}
