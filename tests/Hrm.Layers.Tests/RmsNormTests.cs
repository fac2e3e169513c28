using Hrm.TestKit;
using TorchSharp;
using static Hrm.Layers.Tests.PlainComparison;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests;

public sealed class RmsNormTests
{
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Zeros_stay_zero_with_a_finite_gradient(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var layer = new RmsNorm(1e-4);
        var input = zeros([2, 8], dtype).requires_grad_(true);
        var output = layer.call(input);
        output.sum().backward();

        output.abs().max().to_type(ScalarType.Float32).item<float>().Should().Be(0);

        // d/dx of x / √(0 + ε).
        input.grad!.BeCloseTo(full([2, 8], 100.0), 4e-3, "gradient");
    }

    [Theory]
    [InlineData(1e-3)]
    [InlineData(1.0)]
    public void Epsilon_takes_effect(double epsilon)
    {
        using var scope = NewDisposeScope();
        using var layer = new RmsNorm(epsilon);
        layer.ShouldEqualExactly(x => PlainLayers.RmsNorm(x, epsilon), Normal([3, 16]) * 0.1, 1e-6);
    }
}
