using System.Runtime.Intrinsics;

namespace Hrm.Training.Tests;

public sealed class Atan2Tests
{
    /// <summary>From the smallest denormal to the largest number.</summary>
    private static readonly float[] Scales = [.. Enumerable.Range(-45, 84).Select(exponent => (float)Math.Pow(10, exponent)).Append(float.Epsilon)];

    [Fact]
    public void Atan2_is_within_two_units_in_the_last_place_at_every_scale()
    {
        var random = new Random(1);
        var (y, x) = (new float[16], new float[16]);
        var (largest, worst, count) = (0.0, (Y: 0f, X: 0f), 0);
        foreach (var yScale in Scales)
        {
            foreach (var xScale in Scales)
            {
                for (var i = 0; i < 8; i++, count += 16)
                {
                    for (var lane = 0; lane < 16; lane++)
                    {
                        y[lane] = (float)((random.NextDouble() * 2) - 1) * yScale;
                        x[lane] = (float)random.NextDouble() * xScale;
                    }

                    Compare();
                }
            }
        }

        Array.Fill(x, 1);

        // All quotients of 0 … 2 in steps of 1/100,000; they include the point at which the branches meet.
        for (var i = 0; i < 200_000; i += 16, count += 16)
        {
            for (var lane = 0; lane < 16; lane++)
            {
                y[lane] = (i + lane) / 100_000f;
            }

            Compare();
        }

        count.Should().BeGreaterThan(1_000_000);
        largest.Should().BeLessThanOrEqualTo(2, $"at {worst}");

        void Compare()
        {
            var actual = AdamPass.Atan2(Vector512.Create(y), Vector512.Create(x));
            for (var lane = 0; lane < 16; lane++)
            {
                var expected = Math.Atan2(y[lane], x[lane]);
                var error = Math.Abs(actual[lane] - expected);
                var size = MathF.Abs((float)expected);
                var ulps = error / (MathF.BitIncrement(size) - size);
                if (!(ulps <= largest))
                {
                    (largest, worst) = (ulps, (y[lane], x[lane]));
                }
            }
        }
    }

    [Fact]
    public void Atan2_at_the_edges_equals_the_runtimes()
    {
        const float Infinity = float.PositiveInfinity;
        const float Largest = float.MaxValue;
        const float Least = float.Epsilon;
        (float Y, float X)[] edges =
        [
            (0, 0), (0, 1), (0, Infinity), (1, 0), (Least, 0), (Least, Least), (Least, 1), (1, Infinity), (Infinity, 1), (Infinity, 0),
            (Infinity, Infinity), (Largest, Largest), (Largest, Infinity), (Infinity, Largest), (Largest, Least), (Least, Largest),
        ];
        foreach (var (y, x) in edges.SelectMany(edge => new[] { edge, (-edge.Y, edge.X) }))
        {
            var actual = Atan2(y, x);
            actual.Should().BeApproximately(MathF.Atan2(y, x), 1.2e-7f, $"y {y}, x {x}");
            float.IsNegative(actual).Should().Be(float.IsNegative(y));
        }

        (float Y, float X)[] undefined =
            [(float.NaN, 1), (float.NaN, 0), (1, float.NaN), (0, float.NaN), (float.NaN, float.NaN), (float.NaN, Infinity), (-Infinity, float.NaN)];
        undefined.Should().AllSatisfy(edge => Atan2(edge.Y, edge.X).Should().Be(float.NaN));
    }

    private static float Atan2(float y, float x) => AdamPass.Atan2(Vector512.Create(y), Vector512.Create(x))[3];
}
