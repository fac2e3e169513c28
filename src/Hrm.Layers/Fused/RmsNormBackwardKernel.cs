using System.Runtime.Intrinsics;

namespace Hrm.Layers;

/// <summary>The gradient of <see cref="RmsNormKernel{T}"/> for the sum: <c>r · (g - x̂ · mean(g · x̂))</c>, r the scale, x̂ = x · r.</summary>
/// <typeparam name="T">How the values are stored.</typeparam>
internal unsafe struct RmsNormBackwardKernel<T> : IRowKernel
    where T : unmanaged, IStored<T>
{
    private const int Lanes = 16;

    /// <summary>g, the gradients of the results.</summary>
    public T* Gradient;

    /// <summary>x, the sums.</summary>
    public T* Sum;

    /// <summary>r of each row.</summary>
    public float* Scale;

    /// <summary>Where the gradients of the sums go.</summary>
    public T* Target;

    /// <summary>D.</summary>
    public long Width;

    /// <inheritdoc/>
    public readonly void Run(long begin, long end)
    {
        for (var row = begin; row < end; row++)
        {
            var offset = row * Width;
            var scale = Scale[row];
            var share = Dot(Gradient + offset, Sum + offset) / Width * scale * scale;
            Combine(Gradient + offset, Sum + offset, share, scale, Target + offset);
        }
    }

    private readonly float Dot(T* first, T* second)
    {
        Vector512<float> even = default, odd = default;
        var i = 0L;
        for (; i <= Width - (2 * Lanes); i += 2 * Lanes)
        {
            even = Vector512.FusedMultiplyAdd(T.Load(first + i), T.Load(second + i), even);
            odd = Vector512.FusedMultiplyAdd(T.Load(first + i + Lanes), T.Load(second + i + Lanes), odd);
        }

        for (; i <= Width - Lanes; i += Lanes)
        {
            even = Vector512.FusedMultiplyAdd(T.Load(first + i), T.Load(second + i), even);
        }

        var sum = Vector512.Sum(even + odd);
        for (; i < Width; i++)
        {
            sum += T.LoadOne(first + i) * T.LoadOne(second + i);
        }

        return sum;
    }

    private readonly void Combine(T* gradient, T* sum, float share, float scale, T* target)
    {
        var shares = Vector512.Create(share);
        var scales = Vector512.Create(scale);
        var i = 0L;
        for (; i <= Width - Lanes; i += Lanes)
        {
            T.Store((T.Load(gradient + i) - (T.Load(sum + i) * shares)) * scales, target + i);
        }

        for (; i < Width; i++)
        {
            T.StoreOne((T.LoadOne(gradient + i) - (T.LoadOne(sum + i) * share)) * scale, target + i);
        }
    }
}
