using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hrm.Layers;

/// <summary>rms(a + b) of rows: the sum rounded to the dtype, then normalised in float32 and rounded once.</summary>
/// <remarks>
/// The squares are added in the order in which libtorch adds up to 8,192 of them on x64, so that float32 results are those of
/// the plain operations bit for bit: recorded numbers of a token mixer, which amplifies roundings, stay what they were.
/// </remarks>
/// <typeparam name="T">How the values are stored.</typeparam>
internal unsafe struct RmsNormKernel<T> : IRowKernel
    where T : unmanaged, IStored<T>
{
    private const int Lanes = 16;

    /// <summary>The values that four accumulators of eight take together.</summary>
    private const int Group = 32;

    /// <summary>The values after which libtorch adds the accumulators to those of the next level.</summary>
    private const int Block = 16 * Group;

    /// <summary>a.</summary>
    public T* First;

    /// <summary>b, or null for none.</summary>
    public T* Second;

    /// <summary>Where the rounded sums go; may be <see cref="First"/>, or <see cref="Target"/> where nobody needs them.</summary>
    public T* Sum;

    /// <summary>Where the results go.</summary>
    public T* Target;

    /// <summary>Where 1 / √(mean square + ε) of each row goes, or null.</summary>
    public float* Scale;

    /// <summary>D.</summary>
    public long Width;

    /// <summary>ε.</summary>
    public float Epsilon;

    /// <inheritdoc/>
    public readonly void Run(long begin, long end)
    {
        for (var row = begin; row < end; row++)
        {
            var offset = row * Width;
            var sum = Sum + offset;
            if (Second is not null)
            {
                Add(First + offset, Second + offset, sum);
            }
            else
            {
                sum = First + offset;
            }

            var scale = 1 / MathF.Sqrt((SumOfSquares(sum) / Width) + Epsilon);
            if (Scale is not null)
            {
                Scale[row] = scale;
            }

            Multiply(sum, scale, Target + offset);
        }
    }

    private readonly void Add(T* first, T* second, T* target)
    {
        var i = 0L;
        for (; i <= Width - Lanes; i += Lanes)
        {
            T.Store(T.Load(first + i) + T.Load(second + i), target + i);
        }

        for (; i < Width; i++)
        {
            T.StoreOne(T.LoadOne(first + i) + T.LoadOne(second + i), target + i);
        }
    }

    /// <summary>The lanes are libtorch's four accumulators of eight values, two in each vector here.</summary>
    private readonly float SumOfSquares(T* values)
    {
        Vector512<float> first = default, second = default, firstTotal = default, secondTotal = default;
        var i = 0L;
        while (i <= Width - Group)
        {
            var blockEnd = Math.Min(i + Block, Width / Group * Group);
            for (; i < blockEnd; i += Group)
            {
                first += Square(T.Load(values + i));
                second += Square(T.Load(values + i + Lanes));
            }

            if (i % Block == 0)
            {
                firstTotal += first;
                secondTotal += second;
                first = second = default;
            }
        }

        first += firstTotal;
        second += secondTotal;
        var sums = first.GetLower();
        for (; i <= Width - (Lanes / 2); i += Lanes / 2)
        {
            var squares = i <= Width - Lanes ? Square(T.Load(values + i)) : Square(VectorTail.Load(values + i, Lanes / 2));
            sums += squares.GetLower();
        }

        var sum = 0f;
        for (; i < Width; i++)
        {
            var value = T.LoadOne(values + i);
            sum += value * value;
        }

        sums = sums + first.GetUpper() + second.GetLower() + second.GetUpper();
        for (var lane = 0; lane < Lanes / 2; lane++)
        {
            sum += sums[lane];
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Square(Vector512<float> values) => values * values;

    private readonly void Multiply(T* values, float scale, T* target)
    {
        var scales = Vector512.Create(scale);
        var i = 0L;
        for (; i <= Width - Lanes; i += Lanes)
        {
            T.Store(T.Load(values + i) * scales, target + i);
        }

        for (; i < Width; i++)
        {
            T.StoreOne(T.LoadOne(values + i) * scale, target + i);
        }
    }
}
