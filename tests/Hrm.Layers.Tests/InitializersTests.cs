using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests;

public sealed class InitializersTests
{
    private const int Draws = 1_000_000;

    /// <summary>The standard deviation of a standard normal cut at ±2.</summary>
    private const double CutStandardDeviation = 0.8796;

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.05)]
    public void TruncatedNormal_has_the_requested_standard_deviation_and_its_cut(double deviation)
    {
        using var scope = NewDisposeScope();
        var values = Draw(Draws, deviation, seed: 3);

        values.std().item<float>().Should().BeInRange((float)(deviation * 0.995), (float)(deviation * 1.005));
        // Four standard errors of a mean of 10⁶ values.
        values.mean().abs().item<float>().Should().BeLessThan((float)(deviation * 0.004));
        var cut = 2 * deviation / CutStandardDeviation;
        var largest = values.abs().max().item<float>();
        largest.Should().BeLessThanOrEqualTo((float)(cut * 1.0001)).And.BeGreaterThan((float)(cut * 0.999));
    }

    [Fact]
    public void TruncatedNormal_has_the_shape_of_a_normal()
    {
        using var scope = NewDisposeScope();
        var values = Draw(Draws, CutStandardDeviation, seed: 4).abs();

        // P(|x| < z) = erf(z/√2) / erf(2/√2); four standard errors are 0.002.
        Share(values, 0.5).Should().BeApproximately(0.38292 / 0.95450, 0.002);
        Share(values, 1.0).Should().BeApproximately(0.68269 / 0.95450, 0.002);
        Share(values, 1.5).Should().BeApproximately(0.86639 / 0.95450, 0.002);
    }

    [Theory]
    [InlineData(-1.0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void TruncatedNormal_rejects_an_invalid_standard_deviation(double deviation)
    {
        using var scope = NewDisposeScope();
        var draw = () => Draw(1, deviation, seed: 8);
        draw.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("standardDeviation");
    }

    private static Tensor Draw(int count, double deviation, ulong seed)
    {
        using var generator = new Generator(seed);
        return Initializers.TruncatedNormal(empty(count), deviation, generator);
    }

    private static double Share(Tensor values, double bound) => values.lt(bound).to_type(ScalarType.Float64).mean().item<double>();
}
