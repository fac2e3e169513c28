using Hrm.Layers.Kernels;
using Hrm.TestKit;
using TorchSharp;
using static Hrm.Layers.Tests.PlainComparison;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests.Kernels;

public sealed class FusedGateTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(48)]
    [InlineData(257)]
    public void Forward_and_backward_equal_the_plain_form(long width)
    {
        using var scope = NewDisposeScope();
        using var layer = new RmsNorm();
        var input = Normal([5, 7, 2 * width]) * 4;
        FusedRmsNormTests.ShouldKeepTo(Exactly, SwiGlu.GatePlainly, FusedGate.Apply, input, ScalarType.Float32, layer, 2);
        FusedRmsNormTests.ShouldKeepTo(Exactly, SwiGlu.GatePlainly, FusedGate.Apply, input, ScalarType.BFloat16, layer, 1.1);
    }

    [Fact]
    public void Float32_is_within_a_millionth_of_each_value()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var gate = linspace(-80, 80, 100_000, ScalarType.Float32);
        var gateUp = stack([gate, ones_like(gate)]).view(1, -1);
        var exact = nn.functional.silu(gate.to_type(ScalarType.Float64));
        var deviation = (FusedGate.Apply(gateUp).view(-1).to_type(ScalarType.Float64) - exact).abs() / exact.abs();

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
            var fused = FusedGate.Apply(gateUp);
            var plain = SwiGlu.GatePlainly(gateUp.clone());
            fused.isnan().Equals(plain.isnan()).Should().BeTrue();
            fused.nan_to_num().Equals(plain.nan_to_num()).Should().BeTrue();
        }
    }

    /// <summary>An exception that passes through frames of libtorch would end the process.</summary>
    [Fact]
    public void Operand_changed_before_the_backward_pass_is_an_exception()
    {
        using var scope = NewDisposeScope();
        var input = Normal([3, 40]).requires_grad_(true);
        var operand = input * 2;
        var result = FusedGate.Apply(operand).sum();
        operand.detach().add_(1);
        FluentActions.Invoking(() => result.backward()).Should().Throw<System.Runtime.InteropServices.ExternalException>().WithMessage("*invalid gradient*");

        // Later passes are not affected.
        var same = input.detach().clone().requires_grad_(true);
        foreach (var fresh in (Tensor[])[input, same])
        {
            FusedGate.Apply(fresh).sum().backward();
        }

        input.grad!.Equals(same.grad!).Should().BeTrue();
    }

    [Fact]
    public void Gradient_can_be_differentiated_again()
    {
        using var scope = NewDisposeScope();
        var values = Normal([3, 10]);
        var exact = FusedRmsNormTests.SecondDerivative(Exactly, values.to_type(ScalarType.Float64));
        var fused = FusedRmsNormTests.SecondDerivative(FusedGate.Apply, values);
        fused.BeCloseTo(exact, 3e-6, "second derivative");
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

    private static Tensor Exactly(Tensor gateUp)
    {
        var halves = gateUp.chunk(2, -1);
        return nn.functional.silu(halves[0]) * halves[1];
    }
}
