using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hrm.Layers.Kernels;

/// <summary>softmax(scale · x) of rows in place, forward and backward; computed in float32 and rounded once.</summary>
/// <remarks>
/// The last vector of a row overlaps the one before it: it is computed before that is overwritten, and its lanes that others have
/// counted are left out of the sums. At S = 81 that takes a third less time than single values at the end.
/// </remarks>
internal static unsafe class SoftmaxRows
{
    private const int Lanes = VectorMath.Lanes;

    /// <summary>softmax(scale · x) of the rows from <paramref name="begin"/> to before <paramref name="end"/>.</summary>
    [MethodImpl(KernelThreads.Optimized)]
    public static void Forward<T>(T* scores, long width, float scale, long begin, long end)
        where T : unmanaged, IStored<T>
    {
        var uncounted = Uncounted(width);
        var scratch = ArrayPool<float>.Shared.Rent(checked((int)Math.Max(width, Lanes)));
        fixed (float* powers = scratch)
        {
            for (var row = begin; row < end; row++)
            {
                var values = scores + (row * width);
                if (width < Lanes)
                {
                    ForwardShort(values, (int)width, scale, uncounted);
                    continue;
                }

                var largest = Vector512.Create(Largest(values, width));
                var sum = Vector512<float>.Zero;
                for (long i = 0; i <= width - Lanes; i += Lanes)
                {
                    var power = VectorMath.ExpOfNonPositive((T.Load(values + i) - largest) * scale);
                    power.Store(powers + i);
                    sum += power;
                }

                var last = VectorMath.ExpOfNonPositive((T.Load(values + width - Lanes) - largest) * scale);
                last.Store(powers + width - Lanes);
                var factor = 1 / Vector512.Sum(sum + Vector512.AndNot(last, uncounted));
                for (long i = 0; i <= width - Lanes; i += Lanes)
                {
                    T.Store(Vector512.Load(powers + i) * factor, values + i);
                }

                T.Store(Vector512.Load(powers + width - Lanes) * factor, values + width - Lanes);
            }
        }

        ArrayPool<float>.Shared.Return(scratch);
    }

    /// <summary>The backward pass: <c>scale · p ∘ (g - Σ g∘p)</c> of each row.</summary>
    [MethodImpl(KernelThreads.Optimized)]
    public static void Backward<T>(T* weights, T* gradient, long width, float scale, long begin, long end)
        where T : unmanaged, IStored<T>
    {
        var uncounted = Uncounted(width);
        for (var row = begin; row < end; row++)
        {
            var p = weights + (row * width);
            var g = gradient + (row * width);
            if (width < Lanes)
            {
                var (weight, slope) = (VectorMath.LoadTail(p, (int)width), VectorMath.LoadTail(g, (int)width));
                VectorMath.StoreTail(Slope(weight, slope, Mean(weight * slope, weight), scale), g, (int)width);
                continue;
            }

            Vector512<float> sum = default, total = default;
            for (long i = 0; i <= width - Lanes; i += Lanes)
            {
                var weight = T.Load(p + i);
                sum = Vector512.FusedMultiplyAdd(weight, T.Load(g + i), sum);
                total += weight;
            }

            var (lastWeight, lastSlope) = (T.Load(p + width - Lanes), T.Load(g + width - Lanes));
            sum += Vector512.AndNot(lastWeight * lastSlope, uncounted);
            total += Vector512.AndNot(lastWeight, uncounted);
            var mean = Mean(sum, total);
            for (long i = 0; i <= width - Lanes; i += Lanes)
            {
                T.Store(Slope(T.Load(p + i), T.Load(g + i), mean, scale), g + i);
            }

            T.Store(Slope(lastWeight, lastSlope, mean, scale), g + width - Lanes);
        }
    }

    /// <summary>A row that fills less than a vector.</summary>
    private static void ForwardShort<T>(T* values, int width, float scale, Vector512<float> uncounted)
        where T : unmanaged, IStored<T>
    {
        var loaded = VectorMath.LoadTail(values, width);
        var largest = float.NegativeInfinity;
        for (var i = 0; i < width; i++)
        {
            largest = MathF.Max(largest, loaded[i]);
        }

        var power = Vector512.AndNot(VectorMath.ExpOfNonPositive((loaded - Vector512.Create(largest)) * scale), uncounted);
        VectorMath.StoreTail(power * (1 / Vector512.Sum(power)), values, width);
    }

    /// <summary>
    /// The lanes of a row's last vector that are not counted: those that the vector before it has too, or, of a row that is shorter
    /// than a vector, those beyond its end.
    /// </summary>
    private static Vector512<float> Uncounted(long width)
    {
        var lanes = Vector512<int>.Indices;
        var rest = (int)(width % Lanes);
        return (width < Lanes
            ? Vector512.GreaterThanOrEqual(lanes, Vector512.Create((int)width))
            : Vector512.LessThan(lanes, Vector512.Create(Lanes - rest))).AsSingle();
    }

    /// <summary>The largest value. A NaN makes the row NaN in the end, whatever is returned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Largest<T>(T* values, long width)
        where T : unmanaged, IStored<T>
    {
        var largest = T.Load(values + width - Lanes);
        for (long i = 0; i <= width - Lanes; i += Lanes)
        {
            largest = Vector512.MaxNative(largest, T.Load(values + i));
        }

        var halves = Vector256.MaxNative(largest.GetLower(), largest.GetUpper());
        var quarters = Vector128.MaxNative(halves.GetLower(), halves.GetUpper());
        quarters = Vector128.MaxNative(quarters, Vector128.Shuffle(quarters, Vector128.Create(2, 3, 0, 1)));
        return MathF.Max(quarters[0], quarters[1]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Slope(Vector512<float> weight, Vector512<float> gradient, float mean, float scale)
        => weight * scale * (gradient - Vector512.Create(mean));

    /// <summary>
    /// Σ g∘p / Σ p. The sum of the weights is 1 only before they are rounded, and the result of a gradient that is the same
    /// everywhere must be 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Mean(Vector512<float> products, Vector512<float> weights) => Vector512.Sum(products) / Vector512.Sum(weights);
}
