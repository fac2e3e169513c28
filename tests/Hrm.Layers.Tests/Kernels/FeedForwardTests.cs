using Hrm.Layers.Kernels;
using Hrm.TestKit;
using TorchSharp;
using static Hrm.Layers.Tests.PlainComparison;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests.Kernels;

public sealed class FeedForwardTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(15, false)]
    [InlineData(16, false)]
    [InlineData(17, false)]
    [InlineData(48, false)]
    [InlineData(257, false)]
    [InlineData(17, true)]
    [InlineData(48, true)]
    public void Forward_and_backward_equal_the_plain_form(long innerWidth, bool isColumns)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(4, CPU);
        using var layer = new SwiGlu(24, innerWidth, generator);
        var input = Normal([35, 24]) * 4;
        Tensor Exact(Tensor x) => Exactly(x, layer);
        Tensor Fused(Tensor x) => isColumns ? layer.MixTokens(x.t().contiguous()).t() : layer.call(x);
        FusedRmsNormTests.ShouldKeepTo(Exact, Exact, Fused, input, ScalarType.Float32, layer, 2);
        FusedRmsNormTests.ShouldKeepTo(Exact, Exact, Fused, input, ScalarType.BFloat16, layer, 1.1);
    }

    [Fact]
    public void Float32_is_within_a_millionth_of_each_value()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var gate = linspace(-80, 80, 100_000, ScalarType.Float32);
        var gateUp = stack([gate, ones_like(gate)]).view(1, -1);
        var exact = nn.functional.silu(gate.to_type(ScalarType.Float64));
        var deviation = (FusedGate.Forward(gateUp, isColumns: false).view(-1).to_type(ScalarType.Float64) - exact).abs() / exact.abs();

        // Five units in the last place.
        deviation.max().item<double>().Should().BeLessThan(3e-7);
    }

    [Fact]
    public void Large_and_infinite_values_equal_the_plain_form()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        float[] gates = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e30f, -1e30f, 0, 200, -200];
        foreach (var dtype in new[] { ScalarType.Float32, ScalarType.BFloat16 })
        {
            var gate = tensor(gates).repeat(3).to_type(dtype);
            var gateUp = cat([gate, full_like(gate, 2)]).view(1, -1);
            var fused = FusedGate.Forward(gateUp, isColumns: false);
            var plain = Gate(gateUp);
            fused.isnan().Equals(plain.isnan()).Should().BeTrue();
            fused.nan_to_num().Equals(plain.nan_to_num()).Should().BeTrue();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void In_place_the_gate_has_the_same_values(bool isColumns)
    {
        using var scope = NewDisposeScope();
        var gateUp = Normal([6, 70]);
        var separate = FusedGate.Forward(gateUp, isColumns);
        FusedGate.Forward(gateUp, isColumns, inPlace: true).Equals(separate).Should().BeTrue();
    }

    /// <summary>An exception that passes through frames of libtorch would end the process.</summary>
    [Fact]
    public void Operand_changed_before_the_backward_pass_is_an_exception()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(4, CPU);
        using var layer = new SwiGlu(40, 24, generator);
        var input = Normal([3, 40]).requires_grad_(true);
        var operand = input * 2;
        var result = layer.call(operand).sum();
        operand.detach().add_(1);
        FluentActions.Invoking(() => result.backward()).Should().Throw<System.Runtime.InteropServices.ExternalException>().WithMessage("*invalid gradient*");

        // Later passes are not affected.
        var same = input.detach().clone().requires_grad_(true);
        foreach (var fresh in (Tensor[])[input, same])
        {
            layer.call(fresh).sum().backward();
        }

        input.grad!.Equals(same.grad!).Should().BeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradient_can_be_differentiated_again(bool isColumns)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(4, CPU);
        using var layer = new SwiGlu(10, 6, generator);
        var values = Normal([3, 10]);
        var exact = FusedRmsNormTests.SecondDerivative(x => Exactly(x, layer), values.to_type(ScalarType.Float64));
        var fused = FusedRmsNormTests.SecondDerivative(x => isColumns ? layer.MixTokens(x.t().contiguous()).t() : layer.call(x), values);
        fused.BeCloseTo(exact, 3e-6, "second derivative");
    }

    [Fact]
    public void Gradients_of_frozen_weights_are_not_computed()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(4, CPU);
        using var layer = new SwiGlu(10, 6, generator);
        var weights = layer.parameters().ToArray();
        weights[0].requires_grad_(false);
        layer.call(Normal([3, 10])).sum().backward();
        weights[0].grad.Should().BeNull();
        weights[1].grad.Should().NotBeNull();
    }

    [Fact]
    public void Gradients_that_libtorch_has_taken_are_freed_by_the_next_function()
    {
        using var scope = NewDisposeScope();
        var gradient = zeros(3);
        BackwardMemory.FreeReturned();
        BackwardMemory.Return([gradient, null, gradient]).Should().HaveCount(3);
        gradient.IsInvalid.Should().BeFalse();
        BackwardMemory.FreeReturned();
        gradient.IsInvalid.Should().BeTrue();
    }

    private static Tensor Gate(Tensor gateUp)
    {
        var halves = gateUp.chunk(2, -1);
        return nn.functional.silu(halves[0]) * halves[1];
    }

    /// <summary>The layer by libtorch's operations, in the dtype of the input.</summary>
    private static Tensor Exactly(Tensor input, SwiGlu layer)
    {
        var weights = layer.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.to_type(input.dtype), StringComparer.Ordinal);
        var gated = Gate(nn.functional.linear(input, weights["gate_up_proj.weight"]));
        return nn.functional.linear(gated, weights["down_proj.weight"]);
    }
}
