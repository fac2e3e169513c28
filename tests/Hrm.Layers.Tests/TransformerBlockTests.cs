using TorchSharp;
using static Hrm.Layers.Tests.PlainComparison;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests;

public sealed class TransformerBlockTests
{
    private const int Width = 32;
    private const int Tokens = 7;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Attention_block_equals_the_plain_form(bool rotates)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var rotary = rotates ? new RotaryEmbedding(Width / 4, Tokens) : null;
        using var layer = new TransformerBlock(new SelfAttention(Width, 4, rotary, generator), new SwiGlu(Width, 48, generator));
        var weights = layer.state_dict();
        Tensor Attend(Tensor x) => PlainLayers.Attend(x, weights["self_attn.qkv_proj.weight"], weights["self_attn.o_proj.weight"], 4, rotates);
        ShouldEqualThePlainForm(layer, x => PlainLayers.AddAndNorm(x, Attend));
    }

    [Fact]
    public void Mixer_block_equals_the_plain_form()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var layer = new TransformerBlock(new SwiGlu(Tokens, 24, generator), new SwiGlu(Width, 48, generator));
        var weights = layer.state_dict();
        Tensor Mix(Tensor x) => PlainLayers.Gate(x, weights["mlp_t.gate_up_proj.weight"], weights["mlp_t.down_proj.weight"]);
        ShouldEqualThePlainForm(layer, x => PlainLayers.AddAndNorm(x.transpose(1, 2), Mix).transpose(1, 2));
    }

    [Fact]
    public void Epsilon_reaches_the_norm()
    {
        using var scope = NewDisposeScope();
        using var layer = new TransformerBlock(
            new SelfAttention(Width, 4, rotary: null, generator: null),
            new SwiGlu(Width, 48, generator: null),
            normEpsilon: 3);
        var input = ones(1, 1, Width);

        // Zero weights: rms(rms(1)) with ε = 3 is 1/2, then 0.5 / √3.25.
        layer.call(input)[0, 0, 0].item<float>().Should().BeApproximately(0.5f / MathF.Sqrt(3.25f), 1e-6f);
    }

    private static void ShouldEqualThePlainForm(TransformerBlock layer, Func<Tensor, Tensor> mix)
    {
        var weights = layer.state_dict();
        Tensor Feed(Tensor x) => PlainLayers.Gate(x, weights["mlp.gate_up_proj.weight"], weights["mlp.down_proj.weight"]);
        Tensor Plain(Tensor x) => PlainLayers.AddAndNorm(mix(x), Feed);

        // Two layers and two norms: 5e-7 was seen.
        layer.ShouldEqualExactly(Plain, Normal([3, Tokens, Width]), 3e-6);
        layer.ShouldRoundNoWorse(Plain, Normal([3, Tokens, Width]), 1.05);
    }
}
