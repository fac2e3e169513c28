using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hrm.Layers;

/// <summary>The backward pass of <see cref="SoftmaxRows{T}"/>: <c>scale · p ∘ (g - Σ g∘p)</c> of each row, in place of the gradient g.</summary>
internal unsafe struct SoftmaxGradientRows<T> : IRowKernel
    where T : unmanaged, IStored<T>
{
    public T* Weights;
    public T* Gradient;
    public long Width;
    public float Scale;

    /// <inheritdoc/>
    public readonly void Run(long begin, long end)
    {
        for (var row = begin; row < end; row++)
        {
            var weights = Weights + (row * Width);
            var gradient = Gradient + (row * Width);
            var mean = Mean(weights, gradient);
            long i = 0;
            for (; i <= Width - IStored<T>.Lanes; i += IStored<T>.Lanes)
            {
                T.Store(T.Load(weights + i) * Scale * (T.Load(gradient + i) - Vector512.Create(mean)), gradient + i);
            }

            for (; i < Width; i++)
            {
                T.StoreOne(T.LoadOne(weights + i) * Scale * (T.LoadOne(gradient + i) - mean), gradient + i);
            }
        }
    }

    /// <summary>Σ g∘p / Σ p. The sum of the weights is 1 only before they are rounded, and a gradient that is the same everywhere must vanish.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly float Mean(T* weights, T* gradient)
    {
        var sum = Vector512<float>.Zero;
        var total = Vector512<float>.Zero;
        long i = 0;
        for (; i <= Width - IStored<T>.Lanes; i += IStored<T>.Lanes)
        {
            var weight = T.Load(weights + i);
            sum = Vector512.FusedMultiplyAdd(weight, T.Load(gradient + i), sum);
            total += weight;
        }

        var (restOfSum, restOfTotal) = (0f, 0f);
        for (; i < Width; i++)
        {
            var weight = T.LoadOne(weights + i);
            restOfSum += weight * T.LoadOne(gradient + i);
            restOfTotal += weight;
        }

        return (Vector512.Sum(sum) + restOfSum) / (Vector512.Sum(total) + restOfTotal);
    }
}
