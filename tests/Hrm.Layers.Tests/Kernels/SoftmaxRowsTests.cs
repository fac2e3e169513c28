using System.Runtime.Intrinsics;
using Hrm.Layers.Kernels;
using Hrm.TestKit;
using TorchSharp;
using static Hrm.Layers.Tests.PlainComparison;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests.Kernels;

public sealed unsafe class SoftmaxRowsTests
{
    private const float Scale = 0.3f;

    public static TheoryData<long> Widths => [1, 7, 15, 16, 17, 31, 32, 33, 81, 900];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Weights_equal_those_of_float64(long width)
    {
        using var scope = NewDisposeScope();
        var scores = Normal([5, width]).mul(10);
        var exact = scores.to_type(ScalarType.Float64).mul(Scale).softmax(-1);
        var guarded = cat([scores.reshape(-1), tensor(new[] { 42f })]);
        SoftmaxRows.Forward(FastPath.AddressOf<StoredSingle>(guarded), width, Scale, 0, 5);

        // Two units in the last place of the power, one of the sum, and the rounding of a score of up to 12: 6e-7 was seen.
        var error = (guarded.narrow(0, 0, 5 * width).view(5, width) / exact - 1).abs().max().item<double>();
        error.Should().BeLessThan(2e-6);
        guarded[5 * width].item<float>().Should().Be(42f);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Gradients_equal_those_of_float64(long width)
    {
        using var scope = NewDisposeScope();
        var weights = Normal([5, width]).softmax(-1);
        var gradient = Normal([5, width], seed: 2);
        var exact = weights * Scale * (gradient.to_type(ScalarType.Float64) - (gradient * weights).sum(-1, keepdim: true, ScalarType.Float64));
        var guarded = cat([gradient.reshape(-1), tensor(new[] { 42f })]);
        SoftmaxRows.Backward(FastPath.AddressOf<StoredSingle>(weights), FastPath.AddressOf<StoredSingle>(guarded), width, Scale, 0, 5);
        guarded.narrow(0, 0, 5 * width).view(5, width).BeCloseTo(exact.add(0), width == 1 ? 1e-6 : 2e-6, "gradient");
        guarded[5 * width].item<float>().Should().Be(42f);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Score_of_NaN_or_infinity_affects_only_its_row(float score)
    {
        var values = new float[3 * 20];
        values[25] = score;
        Run(values, 20);
        values[..20].Concat(values[40..]).Should().AllSatisfy(weight => weight.Should().BeApproximately(0.05f, 1e-7f));
        values[20..40].Should().AllSatisfy(weight => float.IsNaN(weight).Should().BeTrue());
    }

    [Fact]
    public void Score_of_minus_infinity_has_no_weight()
    {
        var values = new float[20];
        values[3] = float.NegativeInfinity;
        values[19] = float.NegativeInfinity;
        Run(values, 20);
        (values[3], values[19]).Should().Be((0f, 0f));
        values.Sum().Should().BeApproximately(1, 1e-6f);
    }

    [Fact]
    public void Power_is_accurate_to_two_units_in_the_last_place()
    {
        var worst = 0.0;
        for (var x = -87.3f; x <= 0; x += 1e-3f)
        {
            var exact = Math.Exp(x);
            worst = Math.Max(worst, Math.Abs(VectorMath.ExpOfNonPositive(Vector512.Create(x))[0] - exact) / exact);
        }

        worst.Should().BeLessThan(2 * Math.Pow(2, -23));
        VectorMath.ExpOfNonPositive(Vector512<float>.Zero)[0].Should().Be(1);
        VectorMath.ExpOfNonPositive(Vector512.Create(-88f))[0].Should().Be(0);
        VectorMath.ExpOfNonPositive(Vector512.Create(float.NegativeInfinity))[0].Should().Be(0);
        VectorMath.ExpOfNonPositive(Vector512.Create(float.NaN))[0].Should().Be(float.NaN);
    }

    private static void Run(float[] values, long width)
    {
        fixed (float* scores = values)
        {
            SoftmaxRows.Forward((StoredSingle*)scores, width, 1, 0, values.Length / width);
        }
    }
}
