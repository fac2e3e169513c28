using TorchSharp;
using static Hrm.Layers.Tests.PlainComparison;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests;

public sealed class TokenMixerTests
{
    [Fact]
    public void Forward_and_backward_equal_the_plain_form()
    {
        using var scope = NewDisposeScope();
        using var layer = Create();
        var weights = layer.state_dict();
        Tensor Plain(Tensor x) => PlainLayers.Gate(x, weights["gate_up_proj.weight"], weights["down_proj.weight"]);

        // Two products of up to 24 terms: 3e-7 was seen.
        layer.ShouldEqualExactly(Plain, Normal([3, 16, 7]), 2e-6);
        layer.ShouldRoundNoWorse(Plain, Normal([3, 16, 7]), 1.05);
    }

    [Fact]
    public void Channels_are_mixed_independently()
    {
        using var scope = NewDisposeScope();
        using var layer = Create();
        var input = Normal([1, 16, 7]);
        var changed = input.clone();
        changed.select(1, 5).add_(1);
        var difference = (layer.call(changed) - layer.call(input)).abs().amax([0, 2]); // [D]

        difference[5].item<float>().Should().BeGreaterThan(1e-2f);
        difference[5] = 0;
        difference.max().item<float>().Should().BeLessThan(1e-6f);
    }

    [Fact]
    public void Forward_rejects_another_number_of_tokens()
    {
        using var scope = NewDisposeScope();
        using var layer = Create();
        layer.Invoking(it => it.call(zeros(2, 16, 8))).Should().Throw<ShapeMismatchException>()
            .WithMessage("input: expected [B, D, 7], got [2, 16, 8].");
    }

    private static TokenMixer Create()
    {
        using var generator = new Generator(1);
        return new TokenMixer(7, 24, generator);
    }
}
