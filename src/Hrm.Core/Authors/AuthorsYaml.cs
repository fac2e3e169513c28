using System.Globalization;

namespace Hrm.Core;

/// <summary>Writes the architecture as the key <c>arch</c> of an <c>all_config.yaml</c>.</summary>
internal static class AuthorsYaml
{
    private const string HrmName = "hrm.hrm_act_v1@HierarchicalReasoningModel_ACTV1";
    private const string SharedLevelName = "recursive_reasoning.trm@TinyRecursiveReasoningModel_ACTV1";

    /// <summary>The text.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="hasSharedLevel">Whether it is a tiny recursive model.</param>
    /// <exception cref="InvalidConfigException">The authors' code has no such architecture.</exception>
    public static string Write(HrmConfig config, bool hasSharedLevel)
    {
        var errors = Check(config, hasSharedLevel);
        if (errors.Count > 0)
        {
            throw new InvalidConfigException("model for the authors' code", errors);
        }

        var common = string.Create(CultureInfo.InvariantCulture, $"""
            # seq_len {config.SequenceLength}, vocab_size {config.VocabularySize}, num_puzzle_identifiers {config.PuzzleIdCount}: the authors' code takes these from its data set.
            arch:
              name: {(hasSharedLevel ? SharedLevelName : HrmName)}
              H_cycles: {config.HighCycles}
              H_layers: {(hasSharedLevel ? 0 : config.HighLayers)}
              L_cycles: {config.LowCycles}
              L_layers: {config.LowLayers}
              expansion: {Real(config.Expansion)}
              forward_dtype: {ForwardDtypes.NameOf(config.ForwardDtype)}
              hidden_size: {config.HiddenSize}
              num_heads: {config.Heads}
              pos_encodings: {PositionEncodingConverter.NameOf(config.PositionEncoding)}
              puzzle_emb_ndim: {config.PuzzleEmbeddingWidth}
              rms_norm_eps: {Real(config.RmsNormEpsilon)}
              rope_theta: {Real(config.RopeTheta)}

            """);
        return hasSharedLevel
            ? string.Create(CultureInfo.InvariantCulture, $"{common}  mlp_t: {(config.MixTokens ? "true" : "false")}\n  puzzle_emb_len: {config.PrefixLength}\n")
            : common;
    }

    private static IReadOnlyList<string> Check(HrmConfig config, bool hasSharedLevel)
    {
        var plain = config with { SwiGluInnerWidth = null, TokenMixerInnerWidth = null, PuzzlePrefixLength = null };
        var rules = new RangeRules()
            .Check("merge", config.Merge, config.Merge == StateMerge.Add, $"{StateMerge.Add}")
            .Check("swiglu_inner", config.InnerWidth, config.InnerWidth == plain.InnerWidth, $"{plain.InnerWidth}, the authors' rule for expansion {Real(config.Expansion)}");
        if (config.MixTokens)
        {
            var rule = (config with { TokenMixerInnerWidth = null }).MixerInnerWidth;
            rules.Check("token_mixer_inner", config.MixerInnerWidth, config.MixerInnerWidth == rule, $"{rule}, the authors' rule for expansion {Real(config.Expansion)}");
        }

        if (!hasSharedLevel)
        {
            rules.Check("mlp_t", config.MixTokens, !config.MixTokens, "False with two levels");
            rules.Check("pos_encodings", config.PositionEncoding, config.PositionEncoding != PositionEncoding.None, "Rope or Learned with two levels");
            rules.Check("puzzle_emb_len", config.PrefixLength, config.PrefixLength == plain.PrefixLength, $"{plain.PrefixLength} with two levels");
        }

        return rules.Errors;
    }

    /// <summary>With a point: without one, YAML 1.1 reads an exponent as text, and a whole number as no float.</summary>
    private static string Real(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
        var exponent = text.IndexOf('e', StringComparison.Ordinal);
        var mantissa = exponent < 0 ? text : text[..exponent];
        return mantissa.Contains('.', StringComparison.Ordinal) ? text : $"{mantissa}.0{text[mantissa.Length..]}";
    }
}
