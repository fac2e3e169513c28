using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests;

/// <summary>Compares a layer, forward and backward, with its plain form.</summary>
internal static class PlainComparison
{
    /// <summary>In float32: within a tolerance (over the largest value of each tensor) of the plain form in float64.</summary>
    public static void ShouldEqualExactly(this nn.Module<Tensor, Tensor> layer, Func<Tensor, Tensor> plain, Tensor input, double tolerance)
    {
        var exact = RecordedPass.Of(plain, input, ScalarType.Float64, layer);
        var actual = RecordedPass.Of(layer.call, input, ScalarType.Float32, layer);
        actual.Output.dtype.Should().Be(ScalarType.Float32);
        actual.Output.BeCloseTo(exact.Output, tolerance, "output");
        foreach (var (name, gradient) in exact.Gradients)
        {
            actual.Gradients[name].BeCloseTo(gradient, tolerance, $"gradient of {name}");
        }
    }

    /// <summary>In bfloat16: no farther (rms) from the float64 result than <paramref name="factor"/> times the plain form is.</summary>
    /// <remarks>Every layer rounds at the same points as its plain form; the measured factor was 1.000.</remarks>
    public static void ShouldRoundNoWorse(this nn.Module<Tensor, Tensor> layer, Func<Tensor, Tensor> plain, Tensor input, double factor)
    {
        var rounded = input.to_type(ScalarType.BFloat16);
        var exact = RecordedPass.Of(plain, rounded, ScalarType.Float64, layer);
        var other = RecordedPass.Of(plain, rounded, ScalarType.BFloat16, layer);
        var actual = RecordedPass.Of(layer.call, rounded, ScalarType.BFloat16, layer);
        actual.Output.dtype.Should().Be(ScalarType.BFloat16);
        actual.Output.BeNoFartherFrom(exact.Output, other.Output, factor, "output");
        foreach (var (name, gradient) in exact.Gradients)
        {
            actual.Gradients[name].BeNoFartherFrom(gradient, other.Gradients[name], factor, $"gradient of {name}");
        }
    }

    /// <summary>Standard normal values.</summary>
    public static Tensor Normal(ReadOnlySpan<long> shape, ulong seed = 1)
    {
        using var generator = new Generator(seed);
        return randn(shape.ToArray(), ScalarType.Float32, generator: generator);
    }
}
