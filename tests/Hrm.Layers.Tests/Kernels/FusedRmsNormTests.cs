using Hrm.Layers.Kernels;
using Hrm.TestKit;
using TorchSharp;
using static Hrm.Layers.Tests.PlainComparison;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests.Kernels;

public sealed class FusedRmsNormTests
{
    private const double Epsilon = 1e-5;

    /// <summary>Widths with and without remainders of each loop, and beyond the block after which libtorch adds its sums to the next level.</summary>
    public static TheoryData<long> Widths => [1, 2, 8, 15, 16, 24, 31, 33, 81, 97, 128, 512, 513, 1000, 4100];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Float32_results_equal_the_plain_form_bit_for_bit(long width)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (first, second) = (Normal([37, width]), Normal([37, width], seed: 2));
        var plain = RmsNorm.Plainly(first + second, Epsilon);
        using var layer = new RmsNorm(Epsilon);

        layer.call(first).Equals(RmsNorm.Plainly(first, Epsilon)).Should().BeTrue();
        FusedRmsNorm.Apply(first, second, Epsilon).Equals(plain).Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Forward_and_backward_of_the_sum_equal_the_plain_form(long width)
    {
        using var scope = NewDisposeScope();
        using var layer = new RmsNorm(Epsilon);
        static Tensor Exact(Tensor x) => PlainLayers.RmsNorm(x * 0.75 + x, Epsilon);
        static Tensor Plain(Tensor x) => RmsNorm.Plainly(x * 0.75 + x, Epsilon);
        static Tensor Fused(Tensor x) => FusedRmsNorm.Apply(x * 0.75, x, Epsilon);
        var input = Normal([5, 7, width]);

        ShouldKeepTo(Exact, Plain, Fused, input, ScalarType.Float32, layer, 2);
        ShouldKeepTo(Exact, Plain, Fused, input, ScalarType.BFloat16, layer, 1.1);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Without_gradients_the_first_operand_takes_the_result_and_the_second_is_unchanged(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (first, second) = (Normal([3, 40]).to_type(dtype), Normal([3, 40], seed: 2).to_type(dtype));
        var copy = second.clone();

        FusedRmsNorm.Apply(first, second, Epsilon).Should().BeSameAs(first);

        second.Equals(copy).Should().BeTrue();
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void NaN_and_infinity_spread_over_their_row_as_in_the_plain_form(float value)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var dtype in new[] { ScalarType.Float32, ScalarType.BFloat16 })
        {
            var input = Normal([3, 40]).to_type(dtype);
            input[1, 20] = tensor(value, dtype);
            input[2, 39] = tensor(value, dtype);
            var plain = RmsNorm.Plainly(input + input, Epsilon);
            var fused = FusedRmsNorm.Apply(input.clone(), input, Epsilon);
            fused.isnan().Equals(plain.isnan()).Should().BeTrue();
            fused.nan_to_num().BeCloseTo(plain.nan_to_num(), 4e-3, dtype.ToString());
        }
    }

    [Fact]
    public void Gradient_can_be_differentiated_again()
    {
        using var scope = NewDisposeScope();
        var values = Normal([3, 10]);
        var exact = SecondDerivative(x => PlainLayers.RmsNorm(x * 0.75 + x.square(), Epsilon), values.to_type(ScalarType.Float64));
        var fused = SecondDerivative(x => FusedRmsNorm.Apply(x * 0.75, x.square(), Epsilon), values);

        // About twelve roundings of float32.
        fused.BeCloseTo(exact, 3e-6, "second derivative");
    }

    [Fact]
    public void Gradient_that_is_not_contiguous_is_accepted()
    {
        using var scope = NewDisposeScope();
        using var layer = new RmsNorm(Epsilon);
        var input = Normal([6, 40]);
        var weights = Normal([40, 6], seed: 3);
        Tensor Weigh(Tensor y) => (y.t() * weights.to_type(y.dtype)).sum();
        var exact = RecordedPass.Of(x => Weigh(PlainLayers.RmsNorm(x + x, Epsilon)), input, ScalarType.Float64, layer);
        var fused = RecordedPass.Of(x => Weigh(FusedRmsNorm.Apply(x.clone(), x, Epsilon)), input, ScalarType.Float32, layer);
        fused.Gradients["input"].BeCloseTo(exact.Gradients["input"], 1e-6, "gradient");
    }

    /// <summary>Compares output and gradient with float64: the error is at most the factor times that of the plain form.</summary>
    internal static void ShouldKeepTo(
        Func<Tensor, Tensor> exact, Func<Tensor, Tensor> plain, Func<Tensor, Tensor> fused, Tensor input, ScalarType dtype, nn.Module layer, double factor)
    {
        var rounded = input.to_type(dtype);
        var right = RecordedPass.Of(exact, rounded, ScalarType.Float64, layer);
        var other = RecordedPass.Of(plain, rounded, dtype, layer);
        var actual = RecordedPass.Of(fused, rounded, dtype, layer);
        actual.Output.dtype.Should().Be(dtype);
        actual.Output.BeNoFartherFrom(right.Output, other.Output, factor, "output");
        actual.Gradients["input"].BeNoFartherFrom(right.Gradients["input"], other.Gradients["input"], factor, "gradient");
    }

    /// <summary>The gradient of the squared gradient of a weighted sum of the outputs.</summary>
    internal static Tensor SecondDerivative(Func<Tensor, Tensor> function, Tensor input)
    {
        var leaf = input.detach().clone().requires_grad_(true);
        var output = function(leaf);
        var importance = arange(output.numel(), output.dtype).cos().view(output.shape);
        var first = autograd.grad([(output * importance).sum()], [leaf], retain_graph: true, create_graph: true)[0];
        return autograd.grad([first.square().sum()], [leaf])[0];
    }
}
