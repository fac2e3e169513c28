using Hrm.TestKit;
using TorchSharp;
using static Hrm.Layers.Tests.PlainComparison;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests;

public sealed class CastedLinearTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Forward_and_backward_equal_the_plain_form(bool hasBias)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var layer = new CastedLinear(24, 10, generator, hasBias);
        if (layer.Bias is not null)
        {
            using var noGradient = no_grad();
            layer.Bias.copy_(Normal([10], seed: 2));
        }

        Tensor Plain(Tensor input)
        {
            var product = PlainLayers.Project(input, layer.Weight);
            return layer.Bias is null ? product : product + layer.Bias.to_type(input.dtype);
        }

        // Sums of 24 products, 15 for the gradients of the weights: 4e-7 was seen.
        layer.ShouldEqualExactly(Plain, Normal([3, 5, 24]), 2e-6);
        layer.ShouldRoundNoWorse(Plain, Normal([3, 5, 24]), 1.05);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float64)]
    public void Output_has_the_dtype_of_the_input_and_weights_stay_float32(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var layer = new CastedLinear(4, 2, generator, hasBias: true);
        var output = layer.call(ones([3, 4], dtype));
        output.sum().backward();

        output.dtype.Should().Be(dtype);
        layer.Weight.dtype.Should().Be(ScalarType.Float32);
        layer.Weight.grad!.dtype.Should().Be(ScalarType.Float32);
        layer.Bias!.grad!.dtype.Should().Be(ScalarType.Float32);
    }

    [Fact]
    public void Weights_start_with_deviation_one_over_root_fan_in_and_bias_with_zero()
    {
        using var generator = new Generator(1);
        using var layer = new CastedLinear(400, 250, generator, hasBias: true);
        using var scope = NewDisposeScope();

        // 10⁵ draws: the deviation of a cut normal is off by 0.2 % (one standard error).
        layer.Weight.std().item<float>().Should().BeApproximately(0.05f, 0.05f * 0.01f);
        layer.Bias!.abs().max().item<float>().Should().Be(0);
    }

    [Fact]
    public void Weights_are_zero_without_a_generator()
    {
        using var layer = new CastedLinear(4, 2, generator: null);
        using var scope = NewDisposeScope();
        layer.Weight.abs().max().item<float>().Should().Be(0);
        layer.Bias.Should().BeNull();
    }
}
