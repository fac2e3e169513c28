using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hrm.Layers;

/// <summary>softmax(scale · x) of each row, in place; computed in float32 and rounded once.</summary>
internal unsafe struct SoftmaxRows<T> : IRowKernel
    where T : unmanaged, IStored<T>
{
    public T* Scores;
    public long Width;

    /// <summary>Positive.</summary>
    public float Scale;

    /// <inheritdoc/>
    public readonly void Run(long begin, long end)
    {
        var padded = checked((int)((Width + IStored<T>.Lanes - 1) / IStored<T>.Lanes * IStored<T>.Lanes));
        var scratch = ArrayPool<float>.Shared.Rent(padded);
        fixed (float* values = scratch)
        {
            for (var row = begin; row < end; row++)
            {
                var scores = Scores + (row * Width);
                var largest = Read(scores, values, padded);
                var sum = Exponentiate(values, padded, largest);
                Write(values, 1 / sum, scores);
            }
        }

        ArrayPool<float>.Shared.Return(scratch);
    }

    /// <summary>The values as float32, followed by -∞; returns the largest. A NaN makes the row NaN in the end, whatever is returned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly float Read(T* scores, float* values, int padded)
    {
        long i = 0;
        var largest = Vector512.Create(float.NegativeInfinity);
        for (; i <= Width - IStored<T>.Lanes; i += IStored<T>.Lanes)
        {
            var part = T.Load(scores + i);
            part.Store(values + i);
            largest = Vector512.MaxNative(largest, part);
        }

        if (i < padded)
        {
            Vector512.Create(float.NegativeInfinity).Store(values + i);
            for (; i < Width; i++)
            {
                values[i] = T.LoadOne(scores + i);
            }

            largest = Vector512.MaxNative(largest, Vector512.Load(values + padded - IStored<T>.Lanes));
        }

        var halves = Vector256.MaxNative(largest.GetLower(), largest.GetUpper());
        var quarters = Vector128.MaxNative(halves.GetLower(), halves.GetUpper());
        quarters = Vector128.MaxNative(quarters, Vector128.Shuffle(quarters, Vector128.Create(2, 3, 0, 1)));
        return MathF.Max(quarters[0], quarters[1]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly float Exponentiate(float* values, int padded, float largest)
    {
        var sum = Vector512<float>.Zero;
        for (var i = 0; i < padded; i += IStored<T>.Lanes)
        {
            var power = VectorExponential.OfNonPositive((Vector512.Load(values + i) - Vector512.Create(largest)) * Scale);
            power.Store(values + i);
            sum += power;
        }

        return Vector512.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Write(float* values, float factor, T* scores)
    {
        long i = 0;
        for (; i <= Width - IStored<T>.Lanes; i += IStored<T>.Lanes)
        {
            T.Store(Vector512.Load(values + i) * factor, scores + i);
        }

        for (; i < Width; i++)
        {
            T.StoreOne(values[i] * factor, scores + i);
        }
    }
}
