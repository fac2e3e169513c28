using System.Buffers.Binary;
using System.Numerics;

namespace Hrm.Core;

/// <summary>
/// A random generator whose state can be saved and restored, so that a resumed training draws what the interrupted
/// one would have drawn. Its numbers depend on the seed alone: not on the platform, and not on the .NET version,
/// save in the members of <see cref="Random"/> that cannot be overridden (<c>GetItems</c>, <c>Shuffle</c>, …).
/// </summary>
/// <remarks>
/// xoshiro256** 1.0 by D. Blackman and S. Vigna, its state filled by SplitMix64 (https://prng.di.unimi.it). Whole
/// numbers below a bound are unbiased (D. Lemire, "Fast random integer generation in an interval", 2019). Not for
/// secrets. Not safe for several threads: give each one its own by <see cref="Split"/>.
/// </remarks>
public sealed class StatefulRandom : Random
{
    private const double DoubleUnit = 1.0 / (1UL << 53);
    private const float SingleUnit = 1.0f / (1U << 24);

    private ulong _seed;
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

    /// <summary>Creates a generator that continues from a saved state.</summary>
    /// <param name="state">A state that <see cref="GetState"/> returned.</param>
    /// <exception cref="ArgumentException">The state is one that the generator cannot have.</exception>
    public StatefulRandom(StatefulRandomState state)
        : base(0)
    {
        SetState(state);
    }

    // The base class's own generator is never drawn from; its seed keeps it from asking the system for entropy.
    private StatefulRandom(ulong seed)
        : base(0)
    {
        _seed = seed;
        var mixer = new SplitMix64(seed);
        _s0 = mixer.Next();
        _s1 = mixer.Next();
        _s2 = mixer.Next();
        _s3 = mixer.Next();
    }

    /// <summary>The state from which the next number is drawn.</summary>
    /// <returns>A copy of the state.</returns>
    public StatefulRandomState GetState() => new(_seed, _s0, _s1, _s2, _s3);

    /// <summary>Continues from a saved state.</summary>
    /// <param name="state">A state that <see cref="GetState"/> returned.</param>
    /// <exception cref="ArgumentException">The state is one that the generator cannot have.</exception>
    public void SetState(StatefulRandomState state)
    {
        if (!state.IsValid)
        {
            throw new ArgumentException("expected a state with a word other than 0, got four zeros", nameof(state));
        }
        (_seed, _s0, _s1, _s2, _s3) = state;
    }

    /// <summary>
    /// A generator of its own for one stream of numbers, determined by this one's seed and the stream alone: what
    /// was drawn before does not matter, so that streams can be added without changing the others.
    /// </summary>
    /// <param name="stream">The stream: an epoch, a worker, a purpose. Different streams of one seed have different seeds.</param>
    /// <returns>The generator.</returns>
    public StatefulRandom Split(long stream)
    {
        // Both steps are bijections of 64 bits, hence the promise on seeds; the first keeps (seed, stream) and
        // (seed ^ stream, 0) apart.
        var mixed = new SplitMix64(_seed).Next();
        return new StatefulRandom(new SplitMix64(mixed ^ unchecked((ulong)stream)).Next());
    }

    /// <inheritdoc/>
    public override int Next() => (int)Below(int.MaxValue);

    /// <inheritdoc/>
    public override int Next(int maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxValue);
        return (int)Below((ulong)maxValue);
    }

    /// <inheritdoc/>
    public override int Next(int minValue, int maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minValue, maxValue);
        return (int)(minValue + (long)Below((ulong)((long)maxValue - minValue)));
    }

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
    /// <returns>The number.</returns>
    public override double NextDouble() => (NextUInt64() >> 11) * DoubleUnit;

    /// <summary>A number in [0, 1), a multiple of 2^-24.</summary>
    /// <returns>The number.</returns>
    public override float NextSingle() => (NextUInt64() >> 40) * SingleUnit;

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

    /// <summary>A number below the bound, each equally likely; 0 for the bound 0, as <see cref="Random.Next(int)"/> has it.</summary>
    private ulong Below(ulong bound)
    {
        var high = Math.BigMul(NextUInt64(), bound, out var low);
        if (low < bound)
        {
            // 2^64 mod bound: products whose low half is under it belong to intervals with one number too many.
            var threshold = unchecked(0UL - bound) % bound;
            while (low < threshold)
            {
                high = Math.BigMul(NextUInt64(), bound, out low);
            }
        }
        return high;
    }
}

/// <summary>The whole state of a <see cref="StatefulRandom"/>: plain numbers, to be stored with a training.</summary>
/// <param name="Seed">The seed, from which <see cref="StatefulRandom.Split"/> derives.</param>
/// <param name="S0">The first word of the generator's state.</param>
/// <param name="S1">The second word.</param>
/// <param name="S2">The third word.</param>
/// <param name="S3">The fourth word.</param>
public readonly record struct StatefulRandomState(ulong Seed, ulong S0, ulong S1, ulong S2, ulong S3)
{
    /// <summary>Whether a generator can have this state: from four zeros only zeros would follow.</summary>
    public bool IsValid => (S0 | S1 | S2 | S3) != 0;
}

/// <summary>The generator that fills the state of others from 64 bits: a counter, its bits mixed (S. Vigna, https://prng.di.unimi.it/splitmix64.c).</summary>
internal struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        unchecked
        {
            var mixed = _state += 0x9e3779b97f4a7c15UL;
            mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9UL;
            mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebUL;
            return mixed ^ (mixed >> 31);
        }
    }
}
