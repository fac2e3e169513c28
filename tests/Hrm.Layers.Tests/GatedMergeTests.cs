using TorchSharp;
using static Hrm.Layers.Tests.PlainComparison;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests;

public sealed class GatedMergeTests
{
    private const int Width = StackedMerge.Width;

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void New_layer_is_the_sum_bit_for_bit(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var layer = new GatedMerge(Width);
        var (state, injection) = (Normal([3, 5, Width]).to_type(dtype), Normal([3, 5, Width], seed: 2).to_type(dtype) * 30);
        var joined = layer.call(state, injection);
        joined.dtype.Should().Be(dtype);
        joined.Equals(state + injection).Should().BeTrue();
    }

    [Fact]
    public void Forward_and_backward_equal_the_plain_form()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var layer = StackedMerge.Create(generator);
        var weights = layer.state_dict();

        // 2 · (g · state + (1 − g) · injection), with the factor at the gate, for equal rounding in bfloat16.
        Tensor Plain(Tensor input)
        {
            var (state, injection) = (input[0], input[1]); // [B, S, D] each
            var sum = PlainLayers.Project(state, weights["merge.state_proj.weight"]) + PlainLayers.Project(injection, weights["merge.injection_proj.weight"]); // [B, S, D]
            var gate = 1 / (1 + (-sum).exp()); // [B, S, D]
            return (2 * gate * state) + (2 * (1 - gate) * injection); // [B, S, D]
        }

        // Sums of 48 products, 15 for the gradients of the weights; in bfloat16 it rounds where the plain form does.
        layer.ShouldEqualExactly(Plain, Normal([2, 3, 5, Width]), 2e-6);
        layer.ShouldRoundNoWorse(Plain, Normal([2, 3, 5, Width]), 1.05);
    }

    [Fact]
    public void Weights_start_with_zeros_and_gradients_reach_both()
    {
        using var scope = NewDisposeScope();
        using var layer = new GatedMerge(Width);
        layer.state_dict().Values.Should().AllSatisfy(weight => weight.count_nonzero().item<long>().Should().Be(0));
        layer.call(Normal([3, 5, Width]), Normal([3, 5, Width], seed: 2)).square().sum().backward();
        layer.parameters().Should().HaveCount(2).And.AllSatisfy(weight => weight.grad!.abs().max().item<float>().Should().BePositive());
    }
}
