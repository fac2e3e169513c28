using TorchSharp;
using static Hrm.Layers.Tests.PlainComparison;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests;

public sealed class SelfAttentionTests
{
    private const int Width = 32;

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Forward_accepts_an_input_that_is_not_contiguous(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var layer = new SelfAttention(Width, 4, new RotaryEmbedding(Width / 4, 7), generator);
        var transposed = Normal([7, 3, Width]).to_type(dtype).transpose(0, 1); // [3, 7, D]
        transposed.is_contiguous().Should().BeFalse();

        var deviation = (layer.call(transposed) - layer.call(transposed.contiguous())).abs().max().to_type(ScalarType.Float32);
        deviation.item<float>().Should().BeLessThan(1e-6f);
    }

    [Fact]
    public void Without_positions_tokens_have_no_order()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var layer = new SelfAttention(Width, 4, rotary: null, generator);
        var input = Normal([2, 7, Width]);
        var turned = layer.call(input.flip(1)).flip(1);
        (turned - layer.call(input)).abs().max().item<float>().Should().BeLessThan(1e-5f);
    }

    [Fact]
    public void With_positions_tokens_have_an_order()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var layer = new SelfAttention(Width, 4, new RotaryEmbedding(Width / 4, 7), generator);
        var input = Normal([2, 7, Width]);
        var turned = layer.call(input.flip(1)).flip(1);
        (turned - layer.call(input)).abs().max().item<float>().Should().BeGreaterThan(1e-2f);
    }
}
