using Hrm.Layers.Kernels;
using Hrm.TestKit;
using TorchSharp;
using static Hrm.Layers.Tests.PlainComparison;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests.Kernels;

public sealed class FusedTokenNormTests
{
    private const double Epsilon = 1e-5;

    [Theory]
    [InlineData(5, 2, 7)]
    [InlineData(3, 81, 16)]
    [InlineData(2, 7, 33)]
    [InlineData(40, 81, 64)]
    public void Forward_and_backward_equal_the_plain_form(long batch, long tokens, long width)
    {
        using var scope = NewDisposeScope();
        using var layer = new RmsNorm(Epsilon);
        static Tensor Exact(Tensor x) => PlainLayers.RmsNorm((x * 0.75 + x).transpose(1, 2), Epsilon).transpose(1, 2);
        static Tensor Plain(Tensor x) => RmsNorm.Plainly((x * 0.75 + x).transpose(1, 2), Epsilon).transpose(1, 2);
        static Tensor Fused(Tensor x) => FusedTokenNorm.Apply((x * 0.75).transpose(0, 1).contiguous(), x, Epsilon);
        var input = Normal([batch, tokens, width]);
        FusedRmsNormTests.ShouldKeepTo(Exact, Plain, Fused, input, ScalarType.Float32, layer, 2);
        FusedRmsNormTests.ShouldKeepTo(Exact, Plain, Fused, input, ScalarType.BFloat16, layer, 1.1);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Recorded_or_not_the_values_are_the_same_and_the_operands_unchanged(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var (mixed, state) = (Normal([5, 2, 20]).to_type(dtype), Normal([2, 5, 20], seed: 2).to_type(dtype));
        var (mixedBefore, stateBefore) = (mixed.clone(), state.clone());
        var result = FusedTokenNorm.Apply(mixed, state, Epsilon);
        var recorded = FusedTokenNorm.Apply(mixed.detach().requires_grad_(true), state, Epsilon);
        recorded.detach().Equals(result).Should().BeTrue();
        mixed.Equals(mixedBefore).Should().BeTrue();
        state.Equals(stateBefore).Should().BeTrue();
    }

    [Fact]
    public void Gradient_can_be_differentiated_again()
    {
        using var scope = NewDisposeScope();
        var values = Normal([2, 3, 10]);
        var exact = FusedRmsNormTests.SecondDerivative(
            x => PlainLayers.RmsNorm((x * 0.75 + x.square()).transpose(1, 2), Epsilon).transpose(1, 2), values.to_type(ScalarType.Float64));
        var fused = FusedRmsNormTests.SecondDerivative(
            x => FusedTokenNorm.Apply((x * 0.75).transpose(0, 1).contiguous(), x.square(), Epsilon), values);
        fused.BeCloseTo(exact, 3e-6, "second derivative");
    }
}
