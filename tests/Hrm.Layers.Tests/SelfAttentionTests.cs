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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Tokens_have_an_order_only_with_positions(bool rotates)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var layer = new SelfAttention(Width, 4, rotates ? new RotaryEmbedding(Width / 4, 7) : null, generator);
        var input = Normal([2, 7, Width]);
        var turned = layer.call(input.flip(1)).flip(1);
        var deviation = (turned - layer.call(input)).abs().max().item<float>();
        deviation.Should().BeInRange(rotates ? 1e-2f : 0, rotates ? float.MaxValue : 1e-5f);
    }
}
