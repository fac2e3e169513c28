using TorchSharp;
using static Hrm.Layers.Tests.PlainComparison;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests;

public sealed class SwiGluTests
{
    [Theory]
    [InlineData(512, 4.0, 256, 1536)] // the authors' presets: 1365.3 → 1365 → 1536
    [InlineData(82, 4.0, 256, 256)] // a token mixer: 218.7 → 219 → 256
    [InlineData(384, 1.0, 256, 256)] // a whole multiple stays
    [InlineData(386, 1.0, 256, 512)] // 257.3
    [InlineData(3, 0.75, 1, 2)] // 1.5: half to even
    [InlineData(3, 1.25, 1, 2)] // 2.5: half to even
    [InlineData(3, 1.75, 1, 4)] // 3.5: half to even
    public void InnerWidth_follows_the_authors_rule(long width, double expansion, long multiple, long expected)
        => SwiGlu.InnerWidth(width, expansion, multiple).Should().Be(expected);

    [Fact]
    public void Forward_and_backward_equal_the_plain_form()
    {
        using var scope = NewDisposeScope();
        using var layer = Create();
        var weights = layer.state_dict();
        Tensor Plain(Tensor x) => PlainLayers.Gate(x, weights["gate_up_proj.weight"], weights["down_proj.weight"]);

        // Two products of up to 48 terms: 3e-7 was seen.
        layer.ShouldEqualExactly(Plain, Normal([3, 7, 32]), 2e-6);
        layer.ShouldRoundNoWorse(Plain, Normal([3, 7, 32]), 1.05);
    }

    [Fact]
    public void Freezing_the_first_weights_keeps_the_gradient_of_the_second()
    {
        using var scope = NewDisposeScope();
        using var layer = Create();
        var input = Normal([3, 7, 32]);
        var whole = RecordedPass.Of(layer.call, input, ScalarType.Float32, layer).Gradients["down_proj.weight"];
        var weights = layer.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        weights["gate_up_proj.weight"].requires_grad_(false);

        var output = layer.call(input);
        (output.to_type(ScalarType.Float64) * arange(output.numel(), ScalarType.Float64).cos().view(output.shape)).sum().backward();

        weights["down_proj.weight"].grad!.Equals(whole).Should().BeTrue();
    }

    private static SwiGlu Create()
    {
        using var generator = new Generator(1);
        return new SwiGlu(32, 48, generator);
    }
}
