namespace Hrm.Core.Tests;

public sealed class StatefulRandomTests
{
    [Fact]
    public void SplitMix64_gives_the_published_numbers()
    {
        var mixer = new SplitMix64(1234567);

        Enumerable.Range(0, 5).Select(_ => mixer.Next()).Should().Equal(
            6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(42)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void NextUInt64_equals_an_independent_implementation(long seed)
    {
        var random = new StatefulRandom(seed);
        var reference = Xoshiro((UInt128)unchecked((ulong)seed)).Take(1000);

        Enumerable.Range(0, 1000).Select(_ => random.NextUInt64()).Should().Equal(reference);
    }

    [Theory]
    [MemberData(nameof(Draws))]
    public void Draw_is_a_function_of_the_seed(string name, Func<Random, object> draw)
    {
        var first = Repeat(new StatefulRandom(5), draw);

        Repeat(new StatefulRandom(5), draw).Should().Equal(first, name);
        Repeat(new StatefulRandom(6), draw).Should().NotEqual(first, name);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Next_below_a_bound_is_uniform(int bound)
    {
        var random = new StatefulRandom(bound);
        var draws = 2000 * bound;
        var counts = new int[bound];
        for (var i = 0; i < draws; i++)
        {
            counts[random.Next(bound)]++;
        }

        // Chi-squared, with bound - 1 degrees of freedom, is about normal: six standard deviations.
        var chi = counts.Sum(count => Math.Pow(count - 2000.0, 2) / 2000.0);
        chi.Should().BeLessThanOrEqualTo(bound - 1 + (6 * Math.Sqrt(2.0 * bound)));
    }

    [Fact]
    public void NextInt64_below_three_quarters_of_the_range_is_unbiased()
    {
        // A remainder of 64 bits by 3 · 2^62 would fall in the first third half of the time.
        var random = new StatefulRandom(4);
        const long Quarter = 1L << 62;
        var lowest = Enumerable.Range(0, 30_000).Count(_ => random.NextInt64(long.MinValue, long.MinValue + (Quarter - 1) + Quarter + Quarter) < long.MinValue + Quarter);

        lowest.Should().BeInRange(9_500, 10_500);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 5)]
    [InlineData(-3, -1)]
    [InlineData(int.MinValue, int.MaxValue)]
    public void Next_stays_within_its_bounds(int min, int max)
    {
        var random = new StatefulRandom(8);
        for (var i = 0; i < 1000; i++)
        {
            random.Next(min, max).Should().BeInRange(min, Math.Max(min, max - 1));
            random.NextInt64(min, max).Should().BeInRange(min, Math.Max(min, max - 1L));
        }
    }

    [Fact]
    public void Next_of_zero_is_zero()
    {
        new StatefulRandom(1).Next(0).Should().Be(0);
        new StatefulRandom(1).NextInt64(0).Should().Be(0);
    }

    [Fact]
    public void Next_with_wrong_bounds_is_refused()
    {
        var random = new StatefulRandom(1);

        new Action[]
        {
            () => random.Next(-1),
            () => random.Next(2, 1),
            () => random.NextInt64(-1),
            () => random.NextInt64(2, 1),
        }.Should().AllSatisfy(draw => draw.Should().Throw<ArgumentOutOfRangeException>());
    }

    [Fact]
    public void NextDouble_and_NextSingle_are_below_one_with_a_mean_of_one_half()
    {
        var random = new StatefulRandom(2);
        var doubles = Enumerable.Range(0, 100_000).Select(_ => random.NextDouble()).ToArray();
        var singles = Enumerable.Range(0, 100_000).Select(_ => random.NextSingle()).ToArray();

        doubles.Min().Should().BeGreaterThanOrEqualTo(0);
        doubles.Max().Should().BeLessThan(1);
        doubles.Average().Should().BeApproximately(0.5, 0.005);
        singles.Min().Should().BeGreaterThanOrEqualTo(0);
        singles.Max().Should().BeLessThan(1);
        singles.Average(value => (double)value).Should().BeApproximately(0.5, 0.005);
    }

    [Fact]
    public void NextBytes_of_an_array_and_of_a_span_agree_for_every_length()
    {
        for (var length = 0; length < 20; length++)
        {
            var array = new byte[length];
            var span = new byte[length];
            new StatefulRandom(3).NextBytes(array);
            new StatefulRandom(3).NextBytes(span.AsSpan());

            span.Should().Equal(array);
            if (length >= 8)
            {
                BitConverter.ToUInt64(array).Should().Be(new StatefulRandom(3).NextUInt64());
            }
        }
    }

    [Fact]
    public void Split_depends_on_the_seed_and_the_stream_and_not_on_what_was_drawn()
    {
        var drawn = new StatefulRandom(11);
        drawn.NextDouble();

        drawn.Split(2).NextInt64().Should().Be(new StatefulRandom(11).Split(2).NextInt64());
        new StatefulRandom(11).Split(3).NextInt64().Should().NotBe(new StatefulRandom(11).Split(2).NextInt64());
        new StatefulRandom(12).Split(2).NextInt64().Should().NotBe(new StatefulRandom(11).Split(2).NextInt64());
        new StatefulRandom(11).Split(0).NextUInt64().Should().NotBe(new StatefulRandom(11).NextUInt64());
    }

    [Fact]
    public void Split_streams_are_uncorrelated()
    {
        var root = new StatefulRandom(0);
        var means = Enumerable.Range(0, 200).Select(stream =>
        {
            var random = root.Split(stream);
            return Enumerable.Range(0, 500).Average(_ => random.NextDouble());
        }).ToArray();
        var variance = means.Average(mean => Math.Pow(mean - 0.5, 2));

        // The mean of 500 uniform numbers varies by 1 / (12 · 500), if the streams are independent.
        variance.Should().BeApproximately(1.0 / 6000, 0.4 / 6000);
    }

    public static TheoryData<string, Func<Random, object>> Draws() => new()
    {
        { "Next", random => random.Next() },
        { "Next(max)", random => random.Next(1000) },
        { "Next(min, max)", random => random.Next(-1000, 1000) },
        { "NextInt64", random => random.NextInt64() },
        { "NextInt64(max)", random => random.NextInt64(1L << 40) },
        { "NextInt64(min, max)", random => random.NextInt64(-5_000_000_000, 5_000_000_000) },
        { "NextDouble", random => random.NextDouble() },
        { "NextSingle", random => random.NextSingle() },
        {
            "NextBytes", random =>
            {
                var bytes = new byte[11];
                random.NextBytes(bytes);
                return Convert.ToHexString(bytes);
            }
        },
        {
            "Shuffle", random =>
            {
                var items = Enumerable.Range(0, 20).ToArray();
                random.Shuffle(items);
                return string.Join(',', items);
            }
        },
    };

    private static object[] Repeat(Random random, Func<Random, object> draw) => [.. Enumerable.Range(0, 100).Select(_ => draw(random))];

    /// <summary>The published algorithms in 128-bit arithmetic with explicit remainders, which shares nothing with the code under test.</summary>
    private static IEnumerable<ulong> Xoshiro(UInt128 seed)
    {
        var modulus = UInt128.One << 64;
        var state = new UInt128[4];
        for (var i = 0; i < 4; i++)
        {
            seed = (seed + 11400714819323198485UL) % modulus;
            var z = seed;
            z = (z ^ (z / (1UL << 30))) * 13787848793156543929UL % modulus;
            z = (z ^ (z / (1UL << 27))) * 10723151780598845931UL % modulus;
            state[i] = z ^ (z / (1UL << 31));
        }
        while (true)
        {
            yield return (ulong)(Rotate(state[1] * 5 % modulus, 7) * 9 % modulus);
            var t = state[1] * (1UL << 17) % modulus;
            state[2] ^= state[0];
            state[3] ^= state[1];
            state[1] ^= state[2];
            state[0] ^= state[3];
            state[2] ^= t;
            state[3] = Rotate(state[3], 45);
        }

        UInt128 Rotate(UInt128 value, int count) => ((value << count) % modulus) + (value >> (64 - count));
    }
}
