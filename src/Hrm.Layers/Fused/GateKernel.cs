using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hrm.Layers;

/// <summary>silu(gate) · up of rows [gate | up], in float32 and rounded once.</summary>
/// <typeparam name="T">How the values are stored.</typeparam>
internal unsafe struct GateKernel<T> : IRowKernel
    where T : unmanaged, IStored<T>
{
    /// <summary>The rows [gate | up], twice as wide.</summary>
    public T* GateUp;

    /// <summary>The results.</summary>
    public T* Target;

    /// <summary>I, the width of a result.</summary>
    public long Width;

    /// <inheritdoc/>
    public readonly void Run(long begin, long end)
    {
        for (var row = begin; row < end; row++)
        {
            Walk(GateUp + (2 * row * Width), Target + (row * Width));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Compute(Vector512<float> gate, Vector512<float> up)
        => gate * VectorSigmoid.Of(gate) * up;

    private readonly void Walk(T* gate, T* target)
    {
        var up = gate + Width;
        var i = 0L;
        for (; i <= Width - IStored<T>.Lanes; i += IStored<T>.Lanes)
        {
            T.Store(Compute(T.Load(gate + i), T.Load(up + i)), target + i);
        }

        var rest = (int)(Width - i);
        if (rest > 0)
        {
            VectorTail.Store(Compute(VectorTail.Load(gate + i, rest), VectorTail.Load(up + i, rest)), target + i, rest);
        }
    }
}
