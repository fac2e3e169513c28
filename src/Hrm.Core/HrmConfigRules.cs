using TorchSharp;

namespace Hrm.Core;

/// <summary>The ranges of <see cref="HrmConfig"/>'s fields. The upper ends bound what a hostile file can make us allocate.</summary>
internal static class HrmConfigRules
{
    private const int MaxTokens = 1 << 16;
    private const int MaxWidth = 1 << 16;
    private const int MaxCount = 1 << 10;
    private const int MaxIds = 1 << 27;
    private const int MaxUpdates = 1 << 12; // of a segment, which nothing can interrupt

    public static IReadOnlyList<string> Check(HrmConfig config)
    {
        var rules = new RangeRules()
            .Check("format_version", config.FormatVersion, config.FormatVersion == HrmConfig.CurrentFormatVersion, $"{HrmConfig.CurrentFormatVersion}")
            .Between("seq_len", config.SequenceLength, 1, MaxTokens)
            .Between("vocab_size", config.VocabularySize, 2, MaxTokens)
            .Between("puzzle_emb_ndim", config.PuzzleEmbeddingWidth, 0, MaxWidth)
            .Between("num_puzzle_identifiers", config.PuzzleIdCount, 1, MaxIds)
            .Between("H_cycles", config.HighCycles, 1, MaxCount)
            .Between("L_cycles", config.LowCycles, 1, MaxCount)
            .Between("H_layers", config.HighLayers, 1, MaxCount)
            .Between("L_layers", config.LowLayers, 1, MaxCount)
            .Between("hidden_size", config.HiddenSize, 1, MaxWidth)
            .Between("num_heads", config.Heads, 1, MaxCount)
            .Between("expansion", config.Expansion, 0.01, 64)
            .Between("swiglu_inner", config.SwiGluInnerWidth ?? 1, 1, MaxWidth)
            .Between("token_mixer_inner", config.TokenMixerInnerWidth ?? 1, 1, MaxWidth)
            .Between("puzzle_emb_len", config.PuzzlePrefixLength ?? 1, 1, MaxTokens)
            .OneOf("pos_encodings", config.PositionEncoding, PositionEncoding.Rope, PositionEncoding.Learned, PositionEncoding.None)
            .OneOf("merge", config.Merge, StateMerge.Add, StateMerge.Gated)
            .Positive("rms_norm_eps", config.RmsNormEpsilon)
            .Positive("rope_theta", config.RopeTheta)
            .OneOf("forward_dtype", config.ForwardDtype, torch.ScalarType.Float32, torch.ScalarType.BFloat16);
        CheckTogether(config, rules);
        return rules.Errors;
    }

    private static void CheckTogether(HrmConfig config, RangeRules rules)
    {
        if (config is { HighCycles: > 0 and <= MaxCount, LowCycles: > 0 and <= MaxCount })
        {
            rules.Check("L_cycles", config.LowCycles, config.HighCycles * (config.LowCycles + 1) <= MaxUpdates, $"H_cycles · (L_cycles + 1) of at most {MaxUpdates} at H_cycles {config.HighCycles}");
        }

        if (!config.MixTokens && config.Heads > 0 && config.HiddenSize > 0)
        {
            var divides = config.HiddenSize % config.Heads == 0;
            rules.Check("num_heads", config.Heads, divides, $"a divisor of hidden_size {config.HiddenSize}");
            rules.Check(
                "pos_encodings",
                config.PositionEncoding,
                !divides || config.PositionEncoding != PositionEncoding.Rope || config.HiddenSize / config.Heads % 2 == 0,
                $"an even head width for rope (hidden_size {config.HiddenSize}, num_heads {config.Heads})");
        }

        if (config is { PuzzlePrefixLength: { } prefix, HiddenSize: > 0 })
        {
            rules.Check(
                "puzzle_emb_len",
                prefix,
                config.PuzzleEmbeddingWidth > 0 && (long)prefix * config.HiddenSize >= config.PuzzleEmbeddingWidth,
                $"enough tokens for puzzle_emb_ndim {config.PuzzleEmbeddingWidth} at hidden_size {config.HiddenSize}");
        }

        CheckInnerWidths(config, rules);
    }

    /// <summary>A small expansion of a small width rounds to no inner width at all.</summary>
    private static void CheckInnerWidths(HrmConfig config, RangeRules rules)
    {
        if (!(config.Expansion > 0) || config.HiddenSize <= 0 || config.SequenceLength <= 0 || config.PuzzleEmbeddingWidth < 0)
        {
            return;
        }

        rules.Check("expansion", config.Expansion, config.SwiGluInnerWidth is not null || config.InnerWidth > 0, $"an inner width of at least 1 at hidden_size {config.HiddenSize}");
        if (config.MixTokens && config.TokenMixerInnerWidth is null && config.TokenCount > 0)
        {
            rules.Check("expansion", config.Expansion, config.MixerInnerWidth > 0, $"a token mixer's inner width of at least 1 at {config.TokenCount} tokens");
        }
    }
}
