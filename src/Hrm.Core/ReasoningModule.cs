using TorchSharp.Modules;
using TorchSharp.Utils;

namespace Hrm.Core;

/// <summary>A stack of blocks as a recurrent module: <c>f(state, injection) = blocks(merge(state, injection))</c>.</summary>
/// <remarks>The paper's H and L; their merge is the sum. Keys: <c>layers.0.*</c>, …, and <c>merge.*</c> if a module merges.</remarks>
public sealed class ReasoningModule : nn.Module<Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "layers")]
    private readonly ModuleList<TransformerBlock> _layers;

    [ComponentName(Name = "merge")]
    private readonly nn.Module<Tensor, Tensor, Tensor>? _merge;

    private readonly int _symbols;

    /// <summary>Creates the module.</summary>
    /// <param name="layers">The blocks, applied in order; owned by the module.</param>
    /// <param name="merge">Merges state and injection, [B, S, D] each, into [B, S, D]; owned by the module. By default the sum.</param>
    /// <param name="symbols">V, the number of equal sets of channels: the blocks then see [B, S · V, D / V], a token for each set.</param>
    /// <exception cref="ArgumentException">There is no block.</exception>
    public ReasoningModule(IEnumerable<TransformerBlock> layers, nn.Module<Tensor, Tensor, Tensor>? merge = null, int symbols = 1)
        : base(nameof(ReasoningModule))
    {
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(symbols);
        _merge = merge;
        _symbols = symbols;
        _layers = new ModuleList<TransformerBlock>([.. layers]);
        if (_layers.Count == 0)
        {
            throw new ArgumentException("expected at least one block", nameof(layers));
        }

        RegisterComponents();
    }

    /// <summary>Builds the blocks and the merge that a config describes.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="layerCount">The number of blocks.</param>
    /// <param name="rotary">The rotary positions of the attention layers, see <see cref="CreateRotary"/>; several modules may share them.</param>
    /// <param name="generator">Draws the weights; <see langword="null"/> leaves zeros, for weights that are loaded afterwards.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of blocks is below 1.</exception>
    public static ReasoningModule Create(HrmConfig config, int layerCount, RotaryEmbedding? rotary, Generator? generator)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(layerCount);
        var groups = config.Mixing == TokenMixing.Groups ? CreateGroups(config) : null;
        return new ReasoningModule(
            Enumerable.Range(0, layerCount).Select(_ => CreateBlock(config, rotary, groups, generator)),
            config.Merge == StateMerge.Gated ? new GatedMerge(config.HiddenSize) : null,
            config.SymbolSets);
    }

    /// <summary>Creates the rotary positions of a config, or <see langword="null"/> if it has none.</summary>
    /// <param name="config">The architecture.</param>
    public static RotaryEmbedding? CreateRotary(HrmConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var headWidth = config.HiddenSize / config.Heads;
        return config switch
        {
            { Mixing: not TokenMixing.Attention } => null,
            { PositionEncoding: PositionEncoding.Rope } => new RotaryEmbedding(headWidth, config.TokenCount, config.RotaryBase),
            { PositionEncoding: PositionEncoding.Rope2d } => new RotaryEmbedding(
                headWidth, config.SequenceLength / config.ColumnCount, config.ColumnCount, config.PrefixLength, config.RotaryBase),
            _ => null,
        };
    }

    /// <summary>Updates the state.</summary>
    /// <param name="state">[B, S, D].</param>
    /// <param name="injection">[B, S, D]; merged into the state. If it is added (the default), it may be broadcast.</param>
    /// <returns>[B, S, D].</returns>
    /// <exception cref="ShapeMismatchException">The injection cannot be added to the state, or the merge returns another shape or dtype than the state has.</exception>
    public override Tensor forward(Tensor state, Tensor injection)
    {
        using var scope = NewDisposeScope();
        var hidden = Merge(state, injection); // [B, S, D]
        long[] shape = hidden.shape;
        hidden = _symbols > 1 ? hidden.reshape(shape[0], shape[1] * _symbols, -1) : hidden; // [B, S · V, D / V]
        foreach (var layer in _layers)
        {
            hidden = layer.call(hidden); // [B, S · V, D / V]
        }

        return (_symbols > 1 ? hidden.reshape(shape) : hidden).MoveToOuterDisposeScope(); // [B, S, D]
    }

    private Tensor Merge(Tensor state, Tensor injection)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(injection);
        if (_merge is null && !Broadcasts(injection.shape, state.shape))
        {
            throw new ShapeMismatchException(nameof(injection), ShapeGuard.Describe(state), ShapeGuard.Describe(injection));
        }

        var merged = _merge is null ? state.Plus(injection) : _merge.call(state, injection); // [B, S, D]
        ShapeGuard.RequireLike(merged, _merge is null ? "state + injection" : "merge", state, _merge);
        return merged;
    }

    /// <summary>Whether a shape broadcasts to another: from the last axis on, its sizes are equal or 1.</summary>
    private static bool Broadcasts(long[] part, long[] whole)
        => part.Length <= whole.Length && part.Reverse().Zip(whole.Reverse()).All(axis => axis.First == 1 || axis.First == axis.Second);

    private static TokenGroups CreateGroups(HrmConfig config) => TokenGroups.OfGrid(
        config.SequenceLength / config.ColumnCount,
        config.ColumnCount,
        config is { BoxRows: { } rows, BoxColumns: { } columns } ? (rows, columns) : null,
        config.SymbolSets);

    private static TransformerBlock CreateBlock(HrmConfig config, RotaryEmbedding? rotary, TokenGroups? groups, Generator? generator)
    {
        return config.Mixing switch
        {
            TokenMixing.TokenMixer => new TransformerBlock(new SwiGlu(config.TokenCount, config.MixerInnerWidth, generator), FeedForward(), config.RmsNormEpsilon),
            TokenMixing.Convolution => new TransformerBlock(Convolution(), FeedForward(), config.RmsNormEpsilon),
            TokenMixing.Groups => new TransformerBlock(new GroupMixer(config.BlockWidth, groups!, generator), FeedForward(), config.RmsNormEpsilon),
            _ => new TransformerBlock(new SelfAttention(config.HiddenSize, config.Heads, rotary, generator), FeedForward(), config.RmsNormEpsilon),
        };

        SwiGlu FeedForward() => new(config.BlockWidth, config.InnerWidth, generator);

        GridConvolution Convolution() => new(
            config.HiddenSize, config.SequenceLength / config.ColumnCount, config.ColumnCount, config.PrefixLength, config.KernelWidth, generator);
    }
}
