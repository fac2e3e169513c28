using System.Reflection;
using System.Text.Json.Serialization;
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
    private const long MaxRowValues = 1L << 27; // 512 MiB in float32

    /// <summary>The keys of <c>config.json</c> by the properties' names.</summary>
    private static readonly Dictionary<string, string> Keys = typeof(HrmConfig).GetProperties()
        .Select(property => (property.Name, Key: property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name))
        .Where(entry => entry.Key is not null)
        .ToDictionary(entry => entry.Name, entry => entry.Key!, StringComparer.Ordinal);

    /// <summary>The bad fields, one line each.</summary>
    /// <param name="config">The config.</param>
    /// <param name="isOfFile">Whether the lines name the keys of <c>config.json</c> instead of the properties.</param>
    public static IReadOnlyList<string> Check(HrmConfig config, bool isOfFile)
    {
        Func<string, string> field = isOfFile ? property => Keys[property] : property => property;
        var rules = new RangeRules()
            .Check(field(nameof(config.FormatVersion)), config.FormatVersion, config.FormatVersion == HrmConfig.CurrentFormatVersion, $"{HrmConfig.CurrentFormatVersion}")
            .Between(field(nameof(config.SequenceLength)), config.SequenceLength, 1, MaxTokens)
            .Between(field(nameof(config.VocabularySize)), config.VocabularySize, 2, MaxTokens)
            .Between(field(nameof(config.PuzzleEmbeddingWidth)), config.PuzzleEmbeddingWidth, 0, MaxWidth)
            .Between(field(nameof(config.PuzzleIdCount)), config.PuzzleIdCount, 1, MaxIds)
            .Between(field(nameof(config.HighCycles)), config.HighCycles, 1, MaxCount)
            .Between(field(nameof(config.LowCycles)), config.LowCycles, 1, MaxCount)
            .Between(field(nameof(config.HighLayers)), config.HighLayers, 1, MaxCount)
            .Between(field(nameof(config.LowLayers)), config.LowLayers, 1, MaxCount)
            .Between(field(nameof(config.HiddenSize)), config.HiddenSize, 1, MaxWidth)
            .Between(field(nameof(config.Heads)), config.Heads, 1, MaxCount)
            .Between(field(nameof(config.Expansion)), config.Expansion, 0.01, 64)
            .Between(field(nameof(config.SwiGluInnerWidth)), config.SwiGluInnerWidth ?? 1, 1, MaxWidth)
            .Between(field(nameof(config.TokenMixerInnerWidth)), config.TokenMixerInnerWidth ?? 1, 1, MaxWidth)
            .Between(field(nameof(config.PuzzlePrefixLength)), config.PuzzlePrefixLength ?? 1, 1, MaxTokens)
            .OneOf(field(nameof(config.PositionEncoding)), config.PositionEncoding, PositionEncoding.Rope, PositionEncoding.Learned, PositionEncoding.None)
            .OneOf(field(nameof(config.Merge)), config.Merge, StateMerge.Add, StateMerge.Gated)
            .Positive(field(nameof(config.RmsNormEpsilon)), config.RmsNormEpsilon)
            .Positive(field(nameof(config.RopeTheta)), config.RopeTheta)
            .OneOf(field(nameof(config.ForwardDtype)), config.ForwardDtype, torch.ScalarType.Float32, torch.ScalarType.BFloat16);
        CheckTogether(config, rules, field);
        return rules.Errors;
    }

    private static void CheckTogether(HrmConfig config, RangeRules rules, Func<string, string> field)
    {
        if (config is { HighCycles: > 0 and <= MaxCount, LowCycles: > 0 and <= MaxCount })
        {
            rules.Check(field(nameof(config.LowCycles)), config.LowCycles, config.HighCycles * (config.LowCycles + 1) <= MaxUpdates, $"{field(nameof(config.HighCycles))} · ({field(nameof(config.LowCycles))} + 1) of at most {MaxUpdates} at {config.HighCycles} high cycles");
        }

        if (!config.MixTokens && config.Heads > 0 && config.HiddenSize > 0)
        {
            var divides = config.HiddenSize % config.Heads == 0;
            rules.Check(field(nameof(config.Heads)), config.Heads, divides, $"a divisor of {field(nameof(config.HiddenSize))} {config.HiddenSize}");
            rules.Check(
                field(nameof(config.PositionEncoding)),
                config.PositionEncoding,
                !divides || config.PositionEncoding != PositionEncoding.Rope || config.HiddenSize / config.Heads % 2 == 0,
                $"an even head width for rope ({field(nameof(config.HiddenSize))} {config.HiddenSize}, {field(nameof(config.Heads))} {config.Heads})");
        }

        if (config is { PuzzlePrefixLength: { } prefix, HiddenSize: > 0 })
        {
            rules.Check(
                field(nameof(config.PuzzlePrefixLength)),
                prefix,
                config.PuzzleEmbeddingWidth > 0 && (long)prefix * config.HiddenSize >= config.PuzzleEmbeddingWidth,
                $"enough tokens for {field(nameof(config.PuzzleEmbeddingWidth))} {config.PuzzleEmbeddingWidth} at {field(nameof(config.HiddenSize))} {config.HiddenSize}");
        }

        CheckInnerWidths(config, rules, field);
        CheckRow(config, rules, field);
    }

    /// <summary>A small expansion of a small width rounds to no inner width at all.</summary>
    private static void CheckInnerWidths(HrmConfig config, RangeRules rules, Func<string, string> field)
    {
        if (!(config.Expansion > 0) || config.HiddenSize <= 0 || config.SequenceLength <= 0 || config.PuzzleEmbeddingWidth < 0)
        {
            return;
        }

        rules.Check(field(nameof(config.Expansion)), config.Expansion, config.SwiGluInnerWidth is not null || config.InnerWidth > 0, $"an inner width of at least 1 at {field(nameof(config.HiddenSize))} {config.HiddenSize}");
        if (config.MixTokens && config.TokenMixerInnerWidth is null && config.TokenCount > 0)
        {
            rules.Check(field(nameof(config.Expansion)), config.Expansion, config.MixerInnerWidth > 0, $"a token mixer's inner width of at least 1 at {config.TokenCount} tokens");
        }
    }

    /// <summary>
    /// Bounds what a segment needs for one row: a small file of weights can describe logits or attention scores of gigabytes.
    /// </summary>
    private static void CheckRow(HrmConfig config, RangeRules rules, Func<string, string> field)
    {
        if (rules.Errors.Count > 0)
        {
            return;
        }

        long tokens = config.TokenCount;
        var logits = (long)config.SequenceLength * config.VocabularySize;
        var states = tokens * (config.HiddenSize + (2 * config.InnerWidth));
        var mixing = config.MixTokens ? 2 * config.HiddenSize * config.MixerInnerWidth : config.Heads * tokens * tokens;
        rules.Check(
            field(nameof(config.SequenceLength)),
            config.SequenceLength,
            logits + states + mixing <= MaxRowValues,
            $"logits ({logits}), states ({states}), {(config.MixTokens ? "mixed tokens" : "attention scores")} ({mixing}): at most {MaxRowValues} values for one row");
    }
}
