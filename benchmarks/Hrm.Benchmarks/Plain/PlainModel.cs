using Hrm.Core;
using TorchSharp;
using static Hrm.Benchmarks.Plain.PlainLayers;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Plain;

/// <summary>The authors' model as plain operations: attention or token mixer, one-step gradient or that of the last cycle.</summary>
internal sealed class PlainModel : IDisposable
{
    private readonly PlainRotary? _rotary;
    private readonly bool _recordsLastCycle;

    public PlainModel(HrmConfig config, PlainWeights weights, GradientMode gradientMode)
    {
        Config = config;
        _recordsLastCycle = gradientMode == GradientMode.LastCycle;
        _rotary = config is { PositionEncoding: PositionEncoding.Rope, Mixing: TokenMixing.Attention }
            ? new PlainRotary(config.HiddenSize / config.Heads, config.TokenCount, config.RotaryBase, weights["lm_head.weight"].device)
            : null;
        Weights = weights;
    }

    public HrmConfig Config { get; }

    public PlainWeights Weights { get; }

    /// <summary>Puzzle ids of the last segment with gradients, and their rows, a leaf of the graph.</summary>
    public (Tensor Ids, Tensor Rows)? PuzzleRows { get; private set; }

    /// <summary>Runs one segment. The returned states are detached.</summary>
    public PlainOutput Segment(PlainStates states, Tensor inputs, Tensor puzzleIds)
    {
        using var scope = NewDisposeScope();
        var injection = Embed(inputs, puzzleIds); // [B, S, D]
        var (high, low) = Recur(states.High, states.Low, injection); // [B, S, D] each
        var logits = Linear(high, Weights["lm_head.weight"]).slice(1, Config.PrefixLength, Config.TokenCount, 1); // [B, seq_len, V]
        var q = Linear(high.select(1, 0), Weights["q_head.weight"], Weights["q_head.bias"]).to(ScalarType.Float32); // [B, 2]
        return new PlainOutput(
            scope.MoveToOuter(logits),
            scope.MoveToOuter(q.select(-1, 0)), // [B]
            scope.MoveToOuter(q.select(-1, 1)), // [B]
            new PlainStates(scope.MoveToOuter(high.detach()), scope.MoveToOuter(low.detach())));
    }

    public void Dispose()
    {
        _rotary?.Dispose();
        PuzzleRows?.Ids.Dispose();
        PuzzleRows?.Rows.Dispose();
        Weights.Dispose();
    }

    private (Tensor High, Tensor Low) Recur(Tensor high, Tensor low, Tensor injection)
    {
        using var scope = NewDisposeScope();
        var lastCycle = Config.HighCycles - 1;
        using (no_grad())
        {
            for (var cycle = 0; cycle < lastCycle; cycle++)
            {
                low = UpdateLow(high, low, injection, Config.LowCycles);
                high = Update("H_level", Config.HighLayers, high, low);
            }

            if (!_recordsLastCycle)
            {
                low = UpdateLow(high, low, injection, Config.LowCycles - 1);
            }
        }

        low = UpdateLow(high, low, injection, _recordsLastCycle ? Config.LowCycles : 1);
        high = Update("H_level", Config.HighLayers, high, low);
        return scope.MoveToOuter(high, low);
    }

    private Tensor UpdateLow(Tensor high, Tensor low, Tensor injection, int count)
    {
        using var scope = NewDisposeScope();
        var updated = low.alias(); // [B, S, D]
        for (var step = 0; step < count; step++)
        {
            updated = Update("L_level", Config.LowLayers, updated, high + injection);
        }

        return updated.MoveToOuterDisposeScope();
    }

    private Tensor Update(string module, int layers, Tensor state, Tensor injection)
    {
        using var scope = NewDisposeScope();
        var hidden = state + injection; // [B, S, D]
        for (var layer = 0; layer < layers; layer++)
        {
            hidden = Block($"{module}.layers.{layer}", hidden);
        }

        return hidden.MoveToOuterDisposeScope();
    }

    private Tensor Block(string name, Tensor hidden) => Config.Mixing == TokenMixing.TokenMixer
        ? MixerBlock(hidden, key => Weights[$"{name}.{key}"], Config.RmsNormEpsilon) // [B, S, D]
        : PlainLayers.Block(hidden, key => Weights[$"{name}.{key}"], Config.Heads, _rotary, Config.RmsNormEpsilon); // [B, S, D]

    private Tensor Embed(Tensor inputs, Tensor puzzleIds)
    {
        using var scope = NewDisposeScope();
        var embedded = Embedding(inputs, Weights["embed_tokens.embedding_weight"], Config.ForwardDtype); // [B, seq_len, D]
        if (Config.PuzzleEmbeddingWidth > 0)
        {
            embedded = cat([Prefix(puzzleIds), embedded], -2); // [B, S, D]
        }

        return (Math.Sqrt(Config.HiddenSize) * embedded).MoveToOuterDisposeScope(); // [B, S, D]
    }

    private Tensor Prefix(Tensor puzzleIds)
    {
        using var scope = NewDisposeScope();
        var rows = Weights["puzzle_emb.weights"].index_select(0, puzzleIds); // [B, W]
        if (is_grad_enabled())
        {
            PuzzleRows?.Ids.Dispose();
            PuzzleRows?.Rows.Dispose();
            PuzzleRows = (puzzleIds.clone().DetachFromDisposeScope(), rows.DetachFromDisposeScope().requires_grad_(true));
        }

        var padding = (Config.PrefixLength * Config.HiddenSize) - Config.PuzzleEmbeddingWidth;
        var prefix = rows.alias().to(Config.ForwardDtype); // [B, W]
        prefix = padding > 0 ? nn.functional.pad(prefix, [0, padding]) : prefix; // [B, P·D]
        return prefix.view(-1, Config.PrefixLength, Config.HiddenSize).MoveToOuterDisposeScope(); // [B, P, D]
    }
}

/// <summary>States zH and zL, [B, S, D] each.</summary>
internal readonly record struct PlainStates(Tensor High, Tensor Low);

/// <summary>Output of a segment: logits [B, seq_len, V], Q values [B], detached states.</summary>
internal readonly record struct PlainOutput(Tensor Logits, Tensor QHalt, Tensor QContinue, PlainStates States);
