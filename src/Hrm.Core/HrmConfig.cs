using System.Text.Json.Serialization;
using Hrm.Layers;
using TorchSharp;

namespace Hrm.Core;

/// <summary>
/// The architecture of a model: everything that fixes the shapes of its weights and what it computes. Immutable, saved
/// beside the weights as <c>config.json</c> with the authors' keys.
/// </summary>
/// <remarks>
/// Behaviour (halting, training, solving) is not part of it: that is in options classes. Only sequence length and
/// vocabulary have no default.
/// </remarks>
public sealed record HrmConfig
{
    /// <summary>The version of the file format that this library writes.</summary>
    public const int CurrentFormatVersion = 1;

    /// <summary>Creates a config with the defaults; sequence length and vocabulary must be set.</summary>
    public HrmConfig()
        : this(CurrentFormatVersion)
    {
    }

    /// <summary>Holds the defaults. Generated JSON code knows those of parameters, not those of init-only properties.</summary>
    [JsonConstructor]
    internal HrmConfig(
        int formatVersion = CurrentFormatVersion,
        int puzzleIdCount = 1,
        int highCycles = 2,
        int lowCycles = 2,
        int highLayers = 4,
        int lowLayers = 4,
        int hiddenSize = 512,
        int heads = 8,
        double expansion = 4,
        double rmsNormEpsilon = 1e-5,
        double ropeTheta = 10000,
        torch.ScalarType forwardDtype = torch.ScalarType.BFloat16)
    {
        FormatVersion = formatVersion;
        PuzzleIdCount = puzzleIdCount;
        HighCycles = highCycles;
        LowCycles = lowCycles;
        HighLayers = highLayers;
        LowLayers = lowLayers;
        HiddenSize = hiddenSize;
        Heads = heads;
        Expansion = expansion;
        RmsNormEpsilon = rmsNormEpsilon;
        RopeTheta = ropeTheta;
        ForwardDtype = forwardDtype;
    }

    /// <summary>The version of the file format, 1.</summary>
    [JsonPropertyName("format_version"), JsonPropertyOrder(-1)]
    public int FormatVersion { get; init; }

    /// <summary>The number of tokens of a puzzle, without the prefix.</summary>
    [JsonPropertyName("seq_len")]
    public required int SequenceLength { get; init; }

    /// <summary>V, the number of token values.</summary>
    [JsonPropertyName("vocab_size")]
    public required int VocabularySize { get; init; }

    /// <summary>The width of the puzzle embedding; 0 for none.</summary>
    [JsonPropertyName("puzzle_emb_ndim")]
    public int PuzzleEmbeddingWidth { get; init; }

    /// <summary>The number of puzzle ids (rows of the puzzle embedding).</summary>
    [JsonPropertyName("num_puzzle_identifiers")]
    public int PuzzleIdCount { get; init; }

    /// <summary>P, the number of prefix tokens; by default the puzzle embedding's width over D, rounded up.</summary>
    [JsonPropertyName("puzzle_emb_len"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? PuzzlePrefixLength { get; init; }

    /// <summary>N, the number of high cycles of a segment.</summary>
    [JsonPropertyName("H_cycles")]
    public int HighCycles { get; init; }

    /// <summary>T, the number of low updates of a high cycle.</summary>
    [JsonPropertyName("L_cycles")]
    public int LowCycles { get; init; }

    /// <summary>The number of blocks of the high module.</summary>
    [JsonPropertyName("H_layers")]
    public int HighLayers { get; init; }

    /// <summary>The number of blocks of the low module.</summary>
    [JsonPropertyName("L_layers")]
    public int LowLayers { get; init; }

    /// <summary>D, the width of the states.</summary>
    [JsonPropertyName("hidden_size")]
    public int HiddenSize { get; init; }

    /// <summary>A, the number of attention heads; ignored with <see cref="MixTokens"/>.</summary>
    [JsonPropertyName("num_heads")]
    public int Heads { get; init; }

    /// <summary>The nominal expansion of the feed-forward layers, see <see cref="SwiGlu.InnerWidth"/>.</summary>
    [JsonPropertyName("expansion")]
    public double Expansion { get; init; }

    /// <summary>The inner width of the feed-forward layers; by default the authors' rule.</summary>
    [JsonPropertyName("swiglu_inner"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? SwiGluInnerWidth { get; init; }

    /// <summary>Whether tokens are mixed by a layer over the token axis rather than by attention.</summary>
    [JsonPropertyName("mlp_t")]
    public bool MixTokens { get; init; }

    /// <summary>The inner width of the token mixer; by default the authors' rule with S in place of D.</summary>
    [JsonPropertyName("token_mixer_inner"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TokenMixerInnerWidth { get; init; }

    /// <summary>How a token knows its position.</summary>
    [JsonPropertyName("pos_encodings")]
    public PositionEncoding PositionEncoding { get; init; }

    /// <summary>How a module joins its state and what is injected into it; the paper adds.</summary>
    [JsonPropertyName("merge"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public StateMerge Merge { get; init; }

    /// <summary>ε of the normalisation.</summary>
    [JsonPropertyName("rms_norm_eps")]
    public double RmsNormEpsilon { get; init; }

    /// <summary>θ, the base of the rotary angles.</summary>
    [JsonPropertyName("rope_theta")]
    public double RopeTheta { get; init; }

    /// <summary>The dtype of states, activations and logits: float32 or bfloat16. Parameters are float32.</summary>
    [JsonPropertyName("forward_dtype"), JsonConverter(typeof(ForwardDtypeConverter))]
    public torch.ScalarType ForwardDtype { get; init; }

    /// <summary>P, the number of prefix tokens.</summary>
    [JsonIgnore]
    public int PrefixLength => PuzzleEmbeddingWidth == 0
        ? 0
        : PuzzlePrefixLength ?? (PuzzleEmbeddingWidth + HiddenSize - 1) / HiddenSize;

    /// <summary>S, the number of tokens the modules see: prefix and puzzle.</summary>
    [JsonIgnore]
    public int TokenCount => PrefixLength + SequenceLength;

    /// <summary>The inner width of the feed-forward layers.</summary>
    [JsonIgnore]
    public long InnerWidth => SwiGluInnerWidth ?? SwiGlu.InnerWidth(HiddenSize, Expansion);

    /// <summary>The inner width of the token mixer.</summary>
    [JsonIgnore]
    public long MixerInnerWidth => TokenMixerInnerWidth ?? SwiGlu.InnerWidth(TokenCount, Expansion);

    /// <summary>The number of trained values of the model; the puzzle table and the initial states are not counted.</summary>
    [JsonIgnore]
    public long ParameterCount
    {
        get
        {
            long width = HiddenSize;
            var mixing = MixTokens ? 3 * TokenCount * MixerInnerWidth : 4 * width * width;
            var block = mixing + (3 * width * InnerWidth);
            var positions = PositionEncoding == PositionEncoding.Learned ? TokenCount * width : 0;
            var merges = Merge == StateMerge.Gated ? 4 * width * width : 0;
            return ((HighLayers + LowLayers) * block) + merges + (2 * VocabularySize * width) + positions + (2 * width) + 2;
        }
    }

    /// <summary>Checks every field.</summary>
    /// <exception cref="InvalidConfigException">A field is out of its range; all such fields are listed.</exception>
    public void Validate()
    {
        InvalidConfigException.ThrowIfAny("model config", HrmConfigRules.Check(this, isOfFile: false));
    }

    /// <summary>The config as JSON.</summary>
    public string ToJson() => HrmConfigJson.Write(this);

    /// <summary>Reads and checks a config.</summary>
    /// <param name="json">A JSON object with the authors' keys; unknown keys are errors.</param>
    /// <exception cref="InvalidConfigException">The text is not a valid config; every bad field is listed.</exception>
    public static HrmConfig FromJson(string json) => HrmConfigJson.Read(json, "model config");
}
