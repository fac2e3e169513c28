using System.Buffers.Binary;
using System.Numerics;

namespace Hrm.Core;

/// <summary>A random generator whose numbers depend only on the seed, not on the platform or the .NET version.</summary>
/// <remarks>
/// Exceptions are the members of <see cref="Random"/> that cannot be overridden (<c>GetItems</c>, <c>Shuffle</c>, …).
/// xoshiro256** 1.0 by D. Blackman and S. Vigna, seeded by SplitMix64 (https://prng.di.unimi.it). Integers below a bound are unbiased
/// (D. Lemire, "Fast random integer generation in an interval", 2019). Not for secrets. Not thread-safe: give each thread a generator
/// of its own with <see cref="Split"/>.
/// </remarks>
public sealed class StatefulRandom : Random
{
    private const double DoubleUnit = 1.0 / (1UL << 53);

    private readonly ulong _seed;
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>Creates a generator from a seed.</summary>
    /// <param name="seed">Any number; equal seeds give equal sequences.</param>
    public StatefulRandom(long seed)
        : this(unchecked((ulong)seed))
    {
    }

    // The base class's generator is not used. Its seed avoids a request for entropy.
    private StatefulRandom(ulong seed)
        : base(0)
    {
        _seed = seed;
        _s0 = SplitMix64(ref seed);
        _s1 = SplitMix64(ref seed);
        _s2 = SplitMix64(ref seed);
        _s3 = SplitMix64(ref seed);
    }

    /// <summary>Creates the generator of one stream. It depends only on this generator's seed and the stream, not on numbers drawn before.</summary>
    /// <param name="stream">An epoch, a worker or a purpose. Different streams of one seed have different seeds.</param>
    public StatefulRandom Split(long stream)
    {
        // Both steps are bijections of 64 bits, so different streams have different seeds. The first step keeps (seed, stream) and
        // (seed ^ stream, 0) apart.
        var state = _seed;
        state = SplitMix64(ref state) ^ unchecked((ulong)stream);
        return new StatefulRandom(SplitMix64(ref state));
    }

    /// <inheritdoc/>
    public override int Next() => (int)NextInt64(int.MaxValue);

    /// <inheritdoc/>
    public override int Next(int maxValue) => (int)NextInt64(maxValue);

    /// <inheritdoc/>
    public override int Next(int minValue, int maxValue) => (int)NextInt64(minValue, maxValue);

    /// <inheritdoc/>
    public override long NextInt64() => (long)Below(long.MaxValue);

    /// <inheritdoc/>
    public override long NextInt64(long maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxValue);
        return (long)Below((ulong)maxValue);
    }

    /// <inheritdoc/>
    public override long NextInt64(long minValue, long maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minValue, maxValue);
        return unchecked(minValue + (long)Below((ulong)maxValue - (ulong)minValue));
    }

    /// <summary>A number in [0, 1), a multiple of 2^-53.</summary>
    public override double NextDouble() => (NextUInt64() >> 11) * DoubleUnit;

    /// <summary>A number in [0, 1), a multiple of 2^-24.</summary>
    public override float NextSingle() => (NextUInt64() >> 40) * (1f / (1 << 24));

    /// <inheritdoc/>
    public override void NextBytes(byte[] buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        NextBytes(buffer.AsSpan());
    }

    /// <inheritdoc/>
    public override void NextBytes(Span<byte> buffer)
    {
        while (buffer.Length >= sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(buffer, NextUInt64());
            buffer = buffer[sizeof(ulong)..];
        }
        if (buffer.IsEmpty)
        {
            return;
        }
        Span<byte> last = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(last, NextUInt64());
        last[..buffer.Length].CopyTo(buffer);
    }

    /// <inheritdoc/>
    protected override double Sample() => NextDouble();

    /// <summary>64 random bits.</summary>
    internal ulong NextUInt64()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Draws a number below the bound, uniformly; 0 if the bound is 0, as <see cref="Random.Next(int)"/>.</summary>
    private ulong Below(ulong bound)
    {
        var high = Math.BigMul(NextUInt64(), bound, out var low);
        if (low < bound)
        {
            // Rejects products whose low half is below 2^64 mod bound: their intervals hold one number too many.
            var threshold = unchecked(0UL - bound) % bound;
            while (low < threshold)
            {
                high = Math.BigMul(NextUInt64(), bound, out low);
            }
        }
        return high;
    }

    /// <summary>Advances a state and returns its next number (S. Vigna, https://prng.di.unimi.it/splitmix64.c).</summary>
    private static ulong SplitMix64(ref ulong state)
    {
        unchecked
        {
            var mixed = state += 0x9e3779b97f4a7c15UL;
            mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9UL;
            mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebUL;
            return mixed ^ (mixed >> 31);
        }
    }
}

/// <summary>A shuffle whose order depends only on the seed; that of <see cref="Random.Shuffle{T}(Span{T})"/> may change with the .NET version.</summary>
internal static class StableShuffle
{
    /// <summary>Shuffles values in place, uniformly.</summary>
    public static void ShuffleStably<T>(this Random random, Span<T> values)
    {
        for (var i = 0; i < values.Length - 1; i++)
        {
            var other = random.Next(i, values.Length);
            (values[i], values[other]) = (values[other], values[i]);
        }
    }
}
