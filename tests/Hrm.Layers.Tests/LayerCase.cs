using TorchSharp;
using static Hrm.Layers.Tests.PlainComparison;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests;

/// <summary>One layer of each kind, for the properties of all layers: keys, moving, leaks, unchanged inputs.</summary>
public sealed record LayerCase(string Name, Func<Generator, nn.Module<Tensor, Tensor>> Create, Func<Tensor> Input, string[] Keys)
{
    private const int Tokens = 7;
    private const int Width = 32;

    /// <summary>Every layer.</summary>
    public static IReadOnlyList<LayerCase> All { get; } =
    [
        new("linear", g => new CastedLinear(Width, 5, g), State, ["weight"]),
        new("linear with bias", g => new CastedLinear(Width, 5, g, hasBias: true), State, ["weight", "bias"]),
        new("embedding", g => new CastedEmbedding(9, Width, 1, ScalarType.BFloat16, g), Indices, ["embedding_weight"]),
        new("sparse embedding", _ => new SparseEmbedding(9, Width, ScalarType.Float32), Indices, ["weights"]),
        new("norm", _ => new RmsNorm(), State, []),
        new("rotary", _ => new RotaryEmbedding(8, Tokens), () => Normal([2, Tokens, 4, 8]), []),
        new("rotary in a grid", _ => new RotaryEmbedding(8, 2, 3, 1), () => Normal([2, Tokens, 4, 8]), []),
        new("convolution", Convolution, State, ["weight", "o_proj.weight"]),
        new("groups", Groups, State, ["proj.0.weight", "proj.1.weight"]),
        new("attention", Attention, State, ["qkv_proj.weight", "o_proj.weight"]),
        new("feed-forward", FeedForward, State, ["gate_up_proj.weight", "down_proj.weight"]),
        new("merge", StackedMerge.Create, () => Normal([2, 3, 5, StackedMerge.Width]), ["merge.state_proj.weight", "merge.injection_proj.weight"]),
        new(
            "attention block",
            g => new TransformerBlock(Attention(g), FeedForward(g)),
            State,
            ["self_attn.qkv_proj.weight", "self_attn.o_proj.weight", "mlp.gate_up_proj.weight", "mlp.down_proj.weight"]),
        new(
            "mixer block",
            g => new TransformerBlock(new SwiGlu(Tokens, 24, g), FeedForward(g)),
            State,
            ["mlp_t.gate_up_proj.weight", "mlp_t.down_proj.weight", "mlp.gate_up_proj.weight", "mlp.down_proj.weight"]),
        new(
            "convolution block",
            g => new TransformerBlock(Convolution(g), FeedForward(g)),
            State,
            ["conv.weight", "conv.o_proj.weight", "mlp.gate_up_proj.weight", "mlp.down_proj.weight"]),
    ];

    /// <summary>The names, for theories.</summary>
    public static TheoryData<string> Names => [.. All.Select(layer => layer.Name)];

    /// <summary>The case with this name.</summary>
    public static LayerCase Of(string name) => All.Single(layer => layer.Name == name);

    /// <summary>The layer, from seed 1.</summary>
    public nn.Module<Tensor, Tensor> New()
    {
        using var generator = new Generator(1);
        return Create(generator);
    }

    /// <summary>The input in a dtype; indices stay integers.</summary>
    public Tensor InputOf(ScalarType dtype) => Input() is var input && input.is_floating_point() ? input.to_type(dtype) : input;

    private static SelfAttention Attention(Generator generator) => new(Width, 4, new RotaryEmbedding(8, Tokens), generator);

    private static GridConvolution Convolution(Generator generator) => new(Width, rows: 2, columns: 3, prefix: 1, kernelSize: 3, generator);

    private static GroupMixer Groups(Generator generator) => new(Width, new TokenGroups([[0, 0, 1, 1, 1, 2, 2], [0, 0, 0, 0, 0, 0, 0]]), generator);

    private static SwiGlu FeedForward(Generator generator) => new(Width, 48, generator);

    private static Tensor State() => Normal([2, Tokens, Width]);

    private static Tensor Indices() => tensor([3, 0, 3, 8]);
}
