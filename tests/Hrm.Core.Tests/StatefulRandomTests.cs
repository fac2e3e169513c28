namespace Hrm.Core.Tests;

public sealed class StatefulRandomTests
{
    /// <summary>Numbers of an implementation in Python, written from the published algorithms.</summary>
    [Theory]
    [InlineData(0, 11091344671253066420, 13793997310169335082, 8839594410463124783)]
    [InlineData(42, 1546998764402558742, 6990951692964543102, 10224724267483498856)]
    [InlineData(-1, 10328197420357168392, 14156678507024973869, 14107876189559600332)]
    [InlineData(long.MinValue, 14995854929039038659, 8753989917356920162, 1002866443460940859)]
    public void Numbers_are_those_of_an_independent_implementation(long seed, ulong first, ulong second, ulong thousandth)
    {
        var random = new StatefulRandom(seed);
        var numbers = Enumerable.Range(0, 1000).Select(_ => random.NextUInt64()).ToArray();
        (numbers[0], numbers[1], numbers[999]).Should().Be((first, second, thousandth));
    }

    [Fact]
    public void Every_draw_is_a_function_of_the_seed()
    {
        Func<Random, byte[], object>[] draws =
        [
            (random, _) => random.Next(),
            (random, _) => random.Next(1000),
            (random, _) => random.Next(-1000, 1000),
            (random, _) => random.NextInt64(),
            (random, _) => random.NextInt64(1L << 40),
            (random, _) => random.NextInt64(-5_000_000_000, 5_000_000_000),
            (random, _) => random.NextDouble(),
            (random, _) => random.NextSingle(),
            (random, bytes) =>
            {
                random.Shuffle(bytes);
                return Convert.ToHexString(bytes);
            },
            (random, bytes) =>
            {
                random.NextBytes(bytes);
                return Convert.ToHexString(bytes);
            },
        ];
        for (var i = 0; i < draws.Length; i++)
        {
            Repeat(5, draws[i]).Should().Equal(Repeat(5, draws[i]), "draw {0}", i).And.NotEqual(Repeat(6, draws[i]), "draw {0}", i);
        }

        static object[] Repeat(long seed, Func<Random, byte[], object> draw)
        {
            var random = new StatefulRandom(seed);
            return [.. Enumerable.Range(0, 100).Select(_ => draw(random, [.. Enumerable.Range(0, 20).Select(item => (byte)item)]))];
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Next_below_a_bound_is_uniform(int bound)
    {
        var random = new StatefulRandom(bound);
        var counts = new int[bound];
        for (var i = 0; i < 2000 * bound; i++)
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
    public void Next_with_bad_bounds_throws()
    {
        var random = new StatefulRandom(1);
        Action[] draws = [() => random.Next(-1), () => random.Next(2, 1), () => random.NextInt64(-1), () => random.NextInt64(2, 1)];
        draws.Should().AllSatisfy(draw => draw.Should().Throw<ArgumentOutOfRangeException>());
    }

    [Fact]
    public void NextDouble_and_NextSingle_are_below_one_with_a_mean_of_one_half()
    {
        var random = new StatefulRandom(2);
        foreach (var draw in new Func<double>[] { random.NextDouble, () => random.NextSingle() })
        {
            var numbers = Enumerable.Range(0, 100_000).Select(_ => draw()).ToArray();
            numbers.Should().OnlyContain(number => number >= 0 && number < 1);
            numbers.Average().Should().BeApproximately(0.5, 0.005);
        }
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
            array.Skip(8).Any(value => value != 0).Should().Be(length > 8);
        }
    }

    [Fact]
    public void Split_depends_on_the_seed_and_the_stream_and_not_on_earlier_draws()
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
}
