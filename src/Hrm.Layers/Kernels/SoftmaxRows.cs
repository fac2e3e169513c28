using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hrm.Layers.Kernels;

/// <summary>softmax(scale · x) of rows in place, forward and backward; computed in float32 and rounded once.</summary>
internal static unsafe class SoftmaxRows
{
    /// <summary>softmax(scale · x) of the rows from <paramref name="begin"/> to before <paramref name="end"/>.</summary>
    public static void Forward<T>(T* scores, long width, float scale, long begin, long end)
        where T : unmanaged, IStored<T>
    {
        var padded = checked((int)((width + IStored<T>.Lanes - 1) / IStored<T>.Lanes * IStored<T>.Lanes));
        var scratch = ArrayPool<float>.Shared.Rent(padded);
        fixed (float* values = scratch)
        {
            for (var row = begin; row < end; row++)
            {
                var largest = Read(scores + (row * width), width, values, padded);
                var sum = Exponentiate(values, padded, largest, scale);
                Write(values, 1 / sum, scores + (row * width), width);
            }
        }

        ArrayPool<float>.Shared.Return(scratch);
    }

    /// <summary>The backward pass: <c>scale · p ∘ (g - Σ g∘p)</c> of each row.</summary>
    public static void Backward<T>(T* weights, T* gradient, long width, float scale, long begin, long end)
        where T : unmanaged, IStored<T>
    {
        for (var row = begin; row < end; row++)
        {
            var p = weights + (row * width);
            var g = gradient + (row * width);
            var mean = Mean(p, g, width);
            long i = 0;
            for (; i <= width - IStored<T>.Lanes; i += IStored<T>.Lanes)
            {
                T.Store(T.Load(p + i) * scale * (T.Load(g + i) - Vector512.Create(mean)), g + i);
            }

            for (; i < width; i++)
            {
                T.StoreOne(T.LoadOne(p + i) * scale * (T.LoadOne(g + i) - mean), g + i);
            }
        }
    }

    /// <summary>The values as float32, followed by -∞; returns the largest. A NaN makes the row NaN in the end, whatever is returned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Read<T>(T* scores, long width, float* values, int padded)
        where T : unmanaged, IStored<T>
    {
        long i = 0;
        var largest = Vector512.Create(float.NegativeInfinity);
        for (; i <= width - IStored<T>.Lanes; i += IStored<T>.Lanes)
        {
            var part = T.Load(scores + i);
            part.Store(values + i);
            largest = Vector512.MaxNative(largest, part);
        }

        if (i < padded)
        {
            Vector512.Create(float.NegativeInfinity).Store(values + i);
            for (; i < width; i++)
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
    private static float Exponentiate(float* values, int padded, float largest, float scale)
    {
        var sum = Vector512<float>.Zero;
        for (var i = 0; i < padded; i += Vector512<float>.Count)
        {
            var power = VectorMath.ExpOfNonPositive((Vector512.Load(values + i) - Vector512.Create(largest)) * scale);
            power.Store(values + i);
            sum += power;
        }

        return Vector512.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write<T>(float* values, float factor, T* scores, long width)
        where T : unmanaged, IStored<T>
    {
        long i = 0;
        for (; i <= width - IStored<T>.Lanes; i += IStored<T>.Lanes)
        {
            T.Store(Vector512.Load(values + i) * factor, scores + i);
        }

        for (; i < width; i++)
        {
            T.StoreOne(values[i] * factor, scores + i);
        }
    }

    /// <summary>
    /// Σ g∘p / Σ p. The sum of the weights is 1 only before they are rounded, and the result of a gradient that is the same
    /// everywhere must be 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Mean<T>(T* weights, T* gradient, long width)
        where T : unmanaged, IStored<T>
    {
        var sum = Vector512<float>.Zero;
        var total = Vector512<float>.Zero;
        long i = 0;
        for (; i <= width - IStored<T>.Lanes; i += IStored<T>.Lanes)
        {
            var weight = T.Load(weights + i);
            sum = Vector512.FusedMultiplyAdd(weight, T.Load(gradient + i), sum);
            total += weight;
        }

        var (restOfSum, restOfTotal) = (0f, 0f);
        for (; i < width; i++)
        {
            var weight = T.LoadOne(weights + i);
            restOfSum += weight * T.LoadOne(gradient + i);
            restOfTotal += weight;
        }

        return (Vector512.Sum(sum) + restOfSum) / (Vector512.Sum(total) + restOfTotal);
    }
}
