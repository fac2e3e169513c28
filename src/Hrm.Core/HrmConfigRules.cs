using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using TorchSharp;

namespace Hrm.Core;

/// <summary>Reads and writes <see cref="HrmConfig"/> as JSON, strictly: unknown and repeated keys are errors.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    MaxDepth = 8,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(HrmConfig))]
internal sealed partial class HrmConfigJson : JsonSerializerContext
{
    public static string Write(HrmConfig config) => JsonSerializer.Serialize(config, Default.HrmConfig) + "\n";

    public static HrmConfig ReadFile(string path) => Read(SmallTextFile.ReadConfig(path), path);

    public static HrmConfig Read(string json, string source)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            var config = JsonSerializer.Deserialize(json, Default.HrmConfig)
                ?? throw new InvalidConfigException(source, ["expected a JSON object, got null"]);
            var errors = HrmConfigRules.Check(config, isOfFile: true);
            return errors.Count == 0 ? config : throw new InvalidConfigException(source, errors);
        }
        catch (JsonException error)
        {
            throw new InvalidConfigException(source, [JsonFault.Describe(error)]);
        }
    }
}

/// <summary>The ranges of <see cref="HrmConfig"/>'s fields. The upper ends bound what a hostile file can make us allocate.</summary>
internal static class HrmConfigRules
{
    private const int MaxTokens = 1 << 16;
    private const int MaxWidth = 1 << 16;
    private const int MaxCount = 1 << 10;
    private const int MaxIds = 1 << 27;
    private const int MaxUpdates = 1 << 12; // of a segment, which nothing can interrupt
    private const long MaxRowValues = 1L << 27; // 512 MiB in float32
    private const long MaxRowScores = 1L << 30; // the fused operations hold only a part of them at a time

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
        var rules = new RangeRules(isOfFile ? property => Keys[property] : null)
            .Check(nameof(config.FormatVersion), config.FormatVersion, config.FormatVersion == HrmConfig.CurrentFormatVersion, $"{HrmConfig.CurrentFormatVersion}")
            .Between(nameof(config.SequenceLength), config.SequenceLength, 1, MaxTokens)
            .Between(nameof(config.VocabularySize), config.VocabularySize, 2, MaxTokens)
            .Between(nameof(config.PuzzleEmbeddingWidth), config.PuzzleEmbeddingWidth, 0, MaxWidth)
            .Between(nameof(config.PuzzleIdCount), config.PuzzleIdCount, 1, MaxIds)
            .Between(nameof(config.HighCycles), config.HighCycles, 1, MaxCount)
            .Between(nameof(config.LowCycles), config.LowCycles, 1, MaxCount)
            .Between(nameof(config.HighLayers), config.HighLayers, 1, MaxCount)
            .Between(nameof(config.LowLayers), config.LowLayers, 1, MaxCount)
            .Between(nameof(config.HiddenSize), config.HiddenSize, 1, MaxWidth)
            .Between(nameof(config.Heads), config.Heads, 1, MaxCount)
            .Between(nameof(config.Expansion), config.Expansion, 0.01, 64)
            .Between(nameof(config.SwiGluInnerWidth), config.SwiGluInnerWidth ?? 1, 1, MaxWidth)
            .Between(nameof(config.TokenMixerInnerWidth), config.TokenMixerInnerWidth ?? 1, 1, MaxWidth)
            .Between(nameof(config.PuzzlePrefixLength), config.PuzzlePrefixLength ?? 1, 1, MaxTokens)
            .OneOf(nameof(config.PositionEncoding), config.PositionEncoding, PositionEncoding.Rope, PositionEncoding.Learned, PositionEncoding.None)
            .OneOf(nameof(config.Merge), config.Merge, StateMerge.Add, StateMerge.Gated)
            .Positive(nameof(config.RmsNormEpsilon), config.RmsNormEpsilon)
            .Positive(nameof(config.RopeTheta), config.RopeTheta)
            .OneOf(nameof(config.ForwardDtype), config.ForwardDtype, torch.ScalarType.Float32, torch.ScalarType.BFloat16);
        CheckTogether(config, rules);
        return rules.Errors;
    }

    private static void CheckTogether(HrmConfig config, RangeRules rules)
    {
        if (config is { HighCycles: > 0 and <= MaxCount, LowCycles: > 0 and <= MaxCount })
        {
            rules.Check(nameof(config.LowCycles), config.LowCycles, config.HighCycles * (config.LowCycles + 1) <= MaxUpdates, $"{rules.NameOf(nameof(config.HighCycles))} · ({rules.NameOf(nameof(config.LowCycles))} + 1) of at most {MaxUpdates} at {config.HighCycles} high cycles");
        }

        if (!config.MixTokens && config.Heads > 0 && config.HiddenSize > 0)
        {
            var divides = config.HiddenSize % config.Heads == 0;
            rules.Check(nameof(config.Heads), config.Heads, divides, $"a divisor of {rules.NameOf(nameof(config.HiddenSize))} {config.HiddenSize}");
            rules.Check(
                nameof(config.PositionEncoding),
                config.PositionEncoding,
                !divides || config.PositionEncoding != PositionEncoding.Rope || config.HiddenSize / config.Heads % 2 == 0,
                $"an even head width for rope ({rules.NameOf(nameof(config.HiddenSize))} {config.HiddenSize}, {rules.NameOf(nameof(config.Heads))} {config.Heads})");
        }

        if (config is { PuzzlePrefixLength: { } prefix, HiddenSize: > 0 })
        {
            rules.Check(
                nameof(config.PuzzlePrefixLength),
                prefix,
                config.PuzzleEmbeddingWidth > 0 && (long)prefix * config.HiddenSize >= config.PuzzleEmbeddingWidth,
                $"enough tokens for {rules.NameOf(nameof(config.PuzzleEmbeddingWidth))} {config.PuzzleEmbeddingWidth} at {rules.NameOf(nameof(config.HiddenSize))} {config.HiddenSize}");
        }

        CheckInnerWidths(config, rules);
        CheckRow(config, rules);
    }

    /// <summary>A small expansion of a small width rounds to no inner width at all.</summary>
    private static void CheckInnerWidths(HrmConfig config, RangeRules rules)
    {
        if (!(config.Expansion > 0) || config.HiddenSize <= 0 || config.SequenceLength <= 0 || config.PuzzleEmbeddingWidth < 0)
        {
            return;
        }

        rules.Check(nameof(config.Expansion), config.Expansion, config.SwiGluInnerWidth is not null || config.InnerWidth > 0, $"an inner width of at least 1 at {rules.NameOf(nameof(config.HiddenSize))} {config.HiddenSize}");
        if (config.MixTokens && config.TokenMixerInnerWidth is null && config.TokenCount > 0)
        {
            rules.Check(nameof(config.Expansion), config.Expansion, config.MixerInnerWidth > 0, $"a token mixer's inner width of at least 1 at {config.TokenCount} tokens");
        }
    }

    /// <summary>
    /// Bounds what a segment needs for one row: a small file of weights can describe logits or attention scores of gigabytes.
    /// </summary>
    private static void CheckRow(HrmConfig config, RangeRules rules)
    {
        if (rules.Errors.Count > 0)
        {
            return;
        }

        long tokens = config.TokenCount;
        var logits = (long)config.SequenceLength * config.VocabularySize;
        var states = tokens * (config.HiddenSize + (2 * config.InnerWidth));
        var mixed = config.MixTokens ? 2 * config.HiddenSize * config.MixerInnerWidth : 0;
        var (row, parts) = (logits + states + mixed, $"logits {logits}, states {states}{(config.MixTokens ? $", mixed tokens {mixed}" : string.Empty)}");
        rules.Check(nameof(config.SequenceLength), row, row <= MaxRowValues, $"at most {MaxRowValues} values for one row of a segment ({parts})");
        if (!config.MixTokens)
        {
            var scores = config.Heads * tokens * tokens;
            rules.Check(nameof(config.SequenceLength), scores, scores <= MaxRowScores, $"at most {MaxRowScores} attention scores for one row of a segment ({config.Heads} heads of {tokens} · {tokens} tokens)");
        }
    }
}
