using Hrm.Layers;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>A stack of blocks as a recurrent module: <c>f(state, injection) = blocks(state + injection)</c>.</summary>
/// <remarks>The paper's H and L are each one of these. Keys: <c>layers.0.*</c>, <c>layers.1.*</c>, …</remarks>
public sealed class ReasoningModule : nn.Module<Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "layers")]
    private readonly ModuleList<TransformerBlock> _layers;

    /// <summary>Creates the module.</summary>
    /// <param name="layers">The blocks, applied in order; owned by the module.</param>
    /// <exception cref="ArgumentException">There is no block.</exception>
    public ReasoningModule(IEnumerable<TransformerBlock> layers)
        : base(nameof(ReasoningModule))
    {
        ArgumentNullException.ThrowIfNull(layers);
        _layers = new ModuleList<TransformerBlock>([.. layers]);
        if (_layers.Count == 0)
        {
            throw new ArgumentException("expected at least one block", nameof(layers));
        }

        RegisterComponents();
    }

    /// <summary>Builds the blocks that a config describes.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="layerCount">The number of blocks.</param>
    /// <param name="rotary">The positions of the attention layers, or <see langword="null"/>.</param>
    /// <param name="generator">Draws the weights; <see langword="null"/> leaves zeros, for weights that are about to be loaded.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of blocks is below 1.</exception>
    public static ReasoningModule Create(HrmConfig config, int layerCount, RotaryEmbedding? rotary, Generator? generator)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(layerCount);
        return new ReasoningModule(Enumerable.Range(0, layerCount).Select(_ => CreateBlock(config, rotary, generator)));
    }

    /// <summary>Updates the state.</summary>
    /// <param name="state">[B, S, D].</param>
    /// <param name="injection">[B, S, D], added to the state.</param>
    /// <returns>[B, S, D].</returns>
    public override Tensor forward(Tensor state, Tensor injection)
    {
        using var scope = NewDisposeScope();
        var hidden = state + injection; // [B, S, D]
        foreach (var layer in _layers)
        {
            hidden = layer.call(hidden); // [B, S, D]
        }

        return hidden.MoveToOuterDisposeScope();
    }

    /// <summary>The first token's row of <see cref="forward"/>, [B, 1, D]: the last block computes no other.</summary>
    internal Tensor ForFirstToken(Tensor state, Tensor injection)
    {
        using var scope = NewDisposeScope();
        var hidden = state + injection; // [B, S, D]
        foreach (var layer in _layers.SkipLast(1))
        {
            hidden = layer.call(hidden); // [B, S, D]
        }

        return _layers[^1].ForFirstToken(hidden).MoveToOuterDisposeScope(); // [B, 1, D]
    }

    private static TransformerBlock CreateBlock(HrmConfig config, RotaryEmbedding? rotary, Generator? generator)
    {
        if (config.MixTokens)
        {
            var mixer = new TokenMixer(config.TokenCount, config.MixerInnerWidth, generator);
            return new TransformerBlock(mixer, new SwiGlu(config.HiddenSize, config.InnerWidth, generator), config.RmsNormEpsilon);
        }

        var attention = new SelfAttention(config.HiddenSize, config.Heads, rotary, generator);
        return new TransformerBlock(attention, new SwiGlu(config.HiddenSize, config.InnerWidth, generator), config.RmsNormEpsilon);
    }
}
