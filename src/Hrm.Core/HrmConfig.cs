using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hrm.Core;

/// <summary>The architecture of a model. Immutable; saved beside the weights as <c>config.json</c> with the authors' keys.</summary>
/// <remarks>Behaviour (halting, training, solving) belongs to options classes. Only sequence length and vocabulary have no default.</remarks>
public sealed record HrmConfig
{
    /// <summary>The version of the file format that this library writes.</summary>
    public const int CurrentFormatVersion = 1;

    private const TokenMixing NotGiven = (TokenMixing)(-1);

    /// <summary>Creates a config with the defaults; sequence length and vocabulary must be set.</summary>
    public HrmConfig()
        : this(CurrentFormatVersion)
    {
    }

    /// <summary>Sets the defaults. Source-generated JSON code uses defaults of parameters, not of init-only properties.</summary>
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
        TokenMixing mixing = NotGiven,
        bool? mixTokens = null,
        double rmsNormEpsilon = 1e-5,
        torch.ScalarType forwardDtype = torch.ScalarType.BFloat16)
    {
        FormatVersion = formatVersion;
        PuzzleIdCount = puzzleIdCount;
        (HighCycles, LowCycles, HighLayers, LowLayers) = (highCycles, lowCycles, highLayers, lowLayers);
        (HiddenSize, Heads, Expansion) = (hiddenSize, heads, expansion);
        var ofMixTokens = mixTokens is true ? TokenMixing.TokenMixer : TokenMixing.Attention;
        Mixing = mixing == NotGiven ? ofMixTokens : mixing;
        if (mixTokens is not null && mixTokens != (Mixing == TokenMixing.TokenMixer))
        {
            throw new JsonException($"expected mixing and mlp_t to agree, got {TokenMixings.Instance.NameOf(mixing)} and {(mixTokens is true ? "true" : "false")}");
        }

        RmsNormEpsilon = rmsNormEpsilon;
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

    /// <summary>A, the number of attention heads; used by attention only.</summary>
    [JsonPropertyName("num_heads")]
    public int Heads { get; init; }

    /// <summary>The nominal expansion of the feed-forward layers, see <see cref="SwiGlu.InnerWidth"/>.</summary>
    [JsonPropertyName("expansion")]
    public double Expansion { get; init; }

    /// <summary>The inner width of the feed-forward layers; by default the authors' rule.</summary>
    [JsonPropertyName("swiglu_inner"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? SwiGluInnerWidth { get; init; }

    /// <summary>How a block mixes the tokens; by default attention. The authors' key <c>mlp_t</c>, true for the token mixer, is read too.</summary>
    [JsonPropertyName("mixing"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public TokenMixing Mixing { get; init; }

    /// <summary>The inner width of the token mixer; by default the authors' rule with S instead of D.</summary>
    [JsonPropertyName("token_mixer_inner"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TokenMixerInnerWidth { get; init; }

    /// <summary>k, the rows and columns of the convolution's kernel, an odd number; by default 3.</summary>
    [JsonPropertyName("kernel_size"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? KernelSize { get; init; }

    /// <summary>
    /// C, the number of columns of the grid for convolutions, groups and <see cref="PositionEncoding.Rope2d"/>; divides seq_len. By default √seq_len,
    /// a whole number then. Other models do not use it.
    /// </summary>
    [JsonPropertyName("grid_columns"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? GridColumns { get; init; }

    /// <summary>The number of rows of a box of the grid, for groups; divides the number of rows. By default there are no boxes.</summary>
    [JsonPropertyName("box_rows"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? BoxRows { get; init; }

    /// <summary>The number of columns of a box; divides the number of columns. Set with <see cref="BoxRows"/>.</summary>
    [JsonPropertyName("box_columns"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? BoxColumns { get; init; }

    /// <summary>
    /// The number of interchangeable symbols, for groups: the last token values of the vocabulary. The D channels are one set for each
    /// symbol, and all sets share their weights. Divides D; by default 0, no sets.
    /// </summary>
    /// <remarks>The digits of a Sudoku are such symbols. Embedding and output start alike for all of them.</remarks>
    [JsonPropertyName("symbols"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Symbols { get; init; }

    /// <summary>How the model encodes the positions of tokens.</summary>
    [JsonPropertyName("pos_encodings")]
    public PositionEncoding PositionEncoding { get; init; }

    /// <summary>How a module merges its state with the injection; the paper adds them.</summary>
    [JsonPropertyName("merge"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public StateMerge Merge { get; init; }

    /// <summary>
    /// The kind of the modules if the caller makes them, at most 200 characters; <see langword="null"/> (the default) if the config
    /// describes them. A model around modules of your own fills in the names of their types, H first, unless a name is set.
    /// </summary>
    [JsonPropertyName("modules"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Modules { get; init; }

    /// <summary>Whether a segment also sees the previous prediction: the softmax of its logits, embedded, is added to the injection.</summary>
    [JsonPropertyName("feedback"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool PredictionFeedback { get; init; }

    /// <summary>ε of the normalisation.</summary>
    [JsonPropertyName("rms_norm_eps")]
    public double RmsNormEpsilon { get; init; }

    /// <summary>θ, the base of the rotary angles; by default 10000, and 10 for <see cref="PositionEncoding.Rope2d"/>.</summary>
    [JsonPropertyName("rope_theta"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? RopeTheta { get; init; }

    /// <summary>The dtype of states, activations and logits: float32 or bfloat16. Parameters are float32.</summary>
    [JsonPropertyName("forward_dtype"), JsonConverter(typeof(ForwardDtypes))]
    public torch.ScalarType ForwardDtype { get; init; }

    /// <summary>The authors' key of <see cref="Mixing"/>, which the constructor reads. Always <see langword="null"/>, so that it is not written.</summary>
    [JsonInclude, JsonPropertyName("mlp_t"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    internal bool? MixTokens { get; init; }

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
    public long InnerWidth => SwiGluInnerWidth ?? SwiGlu.InnerWidth(BlockWidth, Expansion);

    /// <summary>The number of equal sets of channels; 1 without symbols.</summary>
    [JsonIgnore]
    public int SymbolSets => Mixing == TokenMixing.Groups ? Math.Max(1, Symbols) : 1;

    /// <summary>The width of the blocks: D, or the channels of one symbol.</summary>
    [JsonIgnore]
    public int BlockWidth => HiddenSize / SymbolSets;

    /// <summary>The inner width of the token mixer.</summary>
    [JsonIgnore]
    public long MixerInnerWidth => TokenMixerInnerWidth ?? SwiGlu.InnerWidth(TokenCount, Expansion);

    /// <summary>The number of rows and columns of the convolution's kernel.</summary>
    [JsonIgnore]
    public int KernelWidth => KernelSize ?? 3;

    /// <summary>C, the number of columns of the grid; there are seq_len / C rows.</summary>
    [JsonIgnore]
    public int ColumnCount => GridColumns ?? (int)Math.Round(Math.Sqrt(SequenceLength));

    /// <summary>The base of the rotary angles.</summary>
    [JsonIgnore]
    public double RotaryBase => RopeTheta ?? (PositionEncoding == PositionEncoding.Rope2d ? 10 : 10000);

    /// <summary>The number of trained values, without the puzzle table and the initial states.</summary>
    [JsonIgnore]
    public long ParameterCount
    {
        get
        {
            long width = HiddenSize;
            long blockWidth = BlockWidth;
            var mixing = Mixing switch
            {
                TokenMixing.TokenMixer => 3 * TokenCount * MixerInnerWidth,
                TokenMixing.Convolution => (width * KernelWidth * KernelWidth) + (width * width),
                TokenMixing.Groups => (3 + (BoxRows is null ? 0 : 1) + (SymbolSets > 1 ? 1 : 0)) * blockWidth * blockWidth,
                _ => 4 * width * width,
            };
            var block = mixing + (3 * blockWidth * InnerWidth);
            var positions = PositionEncoding == PositionEncoding.Learned ? TokenCount * width : 0;
            var merges = Merge == StateMerge.Gated ? 4 * width * width : 0;
            var tables = (PredictionFeedback ? 3 : 2) * VocabularySize * width;
            return ((HighLayers + LowLayers) * block) + merges + tables + positions + (2 * width) + 2;
        }
    }

    /// <summary>Checks every field.</summary>
    /// <exception cref="InvalidConfigException">A field is out of range; all such fields are listed.</exception>
    public void Validate() => InvalidConfigException.ThrowIfAny("model config", HrmConfigRules.Check(this, isOfFile: false));

    /// <summary>The config as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, HrmConfigJson.Default.HrmConfig) + "\n";

    /// <summary>Reads and checks a config.</summary>
    /// <param name="json">A JSON object with the authors' keys; unknown keys are errors.</param>
    /// <exception cref="InvalidConfigException">The text is not a valid config; all bad fields are listed.</exception>
    public static HrmConfig FromJson(string json) => HrmConfigJson.Read(json, "model config");
}

/// <summary>Reads and writes <see cref="HrmConfig"/> as JSON, strictly: unknown and repeated keys are errors.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    MaxDepth = 8,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(HrmConfig))]
internal sealed partial class HrmConfigJson : JsonSerializerContext
{
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

/// <summary>The ranges of <see cref="HrmConfig"/>'s fields. The upper bounds limit the memory that a hostile file can request.</summary>
internal static class HrmConfigRules
{
    /// <summary>The largest number of characters of <see cref="HrmConfig.Modules"/>.</summary>
    public const int MaxKind = 200;

    private const int MaxTokens = 1 << 16;
    private const int MaxWidth = 1 << 16;
    private const int MaxCount = 1 << 10;
    private const int MaxKernel = 31;
    private const int MaxIds = 1 << 27;
    private const int MaxUpdates = 1 << 12; // per segment, which cannot be interrupted
    private const long MaxRowValues = 1L << 27; // 512 MiB in float32
    private const long MaxRowScores = 1L << 30; // the kernels hold only a part of them at a time

    /// <summary>The keys of <c>config.json</c> by the properties' names.</summary>
    private static readonly Dictionary<string, string> Keys = typeof(HrmConfig).GetProperties()
        .Select(property => (property.Name, Key: property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name))
        .Where(entry => entry.Key is not null)
        .ToDictionary(entry => entry.Name, entry => entry.Key!, StringComparer.Ordinal);

    /// <summary>Returns one line per field that is out of range, with the key of <c>config.json</c> or the name of the property.</summary>
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
            .OneOf(nameof(config.Mixing), config.Mixing, Enum.GetValues<TokenMixing>())
            .Check(nameof(config.KernelSize), config.KernelWidth, config.KernelWidth is >= 1 and <= MaxKernel && config.KernelWidth % 2 == 1, $"an odd number in 1 … {MaxKernel}")
            .Between(nameof(config.GridColumns), config.GridColumns ?? 1, 1, MaxTokens)
            .Between(nameof(config.BoxRows), config.BoxRows ?? 1, 1, MaxTokens)
            .Between(nameof(config.BoxColumns), config.BoxColumns ?? 1, 1, MaxTokens)
            .Between(nameof(config.Symbols), config.Symbols, 0, MaxCount)
            .OneOf(nameof(config.PositionEncoding), config.PositionEncoding, Enum.GetValues<PositionEncoding>())
            .OneOf(nameof(config.Merge), config.Merge, StateMerge.Add, StateMerge.Gated)
            .Check(nameof(config.Modules), Quote.Text(config.Modules ?? string.Empty), config.Modules is null or { Length: > 0 and <= MaxKind }, $"1 … {MaxKind} characters")
            .Positive(nameof(config.RmsNormEpsilon), config.RmsNormEpsilon)
            .Positive(nameof(config.RopeTheta), config.RotaryBase)
            .OneOf(nameof(config.ForwardDtype), config.ForwardDtype, torch.ScalarType.Float32, torch.ScalarType.BFloat16);
        CheckTogether(config, rules);
        return rules.Errors;
    }

    private static void CheckTogether(HrmConfig config, RangeRules rules)
    {
        if (config is { HighCycles: > 0 and <= MaxCount, LowCycles: > 0 and <= MaxCount })
        {
            rules.Check(
                nameof(config.LowCycles),
                config.LowCycles,
                config.HighCycles * (config.LowCycles + 1) <= MaxUpdates,
                $"{rules.NameOf(nameof(config.HighCycles))} · ({rules.NameOf(nameof(config.LowCycles))} + 1) of at most {MaxUpdates} at {config.HighCycles} high cycles");
        }

        if (config is { Mixing: TokenMixing.Attention, Heads: > 0, HiddenSize: > 0 })
        {
            var divides = config.HiddenSize % config.Heads == 0;
            var multiple = config.PositionEncoding switch { PositionEncoding.Rope => 2, PositionEncoding.Rope2d => 4, _ => 1 };
            rules.Check(nameof(config.Heads), config.Heads, divides, $"a divisor of {rules.NameOf(nameof(config.HiddenSize))} {config.HiddenSize}");
            rules.Check(
                nameof(config.PositionEncoding),
                config.PositionEncoding,
                !divides || config.HiddenSize / config.Heads % multiple == 0,
                $"a head width that is a multiple of {multiple} ({rules.NameOf(nameof(config.HiddenSize))} {config.HiddenSize}, {rules.NameOf(nameof(config.Heads))} {config.Heads})");
        }

        if (config is { PuzzlePrefixLength: { } prefix, HiddenSize: > 0 })
        {
            rules.Check(
                nameof(config.PuzzlePrefixLength),
                prefix,
                config.PuzzleEmbeddingWidth > 0 && (long)prefix * config.HiddenSize >= config.PuzzleEmbeddingWidth,
                $"enough tokens for {rules.NameOf(nameof(config.PuzzleEmbeddingWidth))} {config.PuzzleEmbeddingWidth} at {rules.NameOf(nameof(config.HiddenSize))} {config.HiddenSize}");
        }

        CheckGrid(config, rules);
        CheckGroups(config, rules);
        CheckInnerWidths(config, rules);
        CheckRow(config, rules);
    }

    /// <summary>Requires whole rows for convolutions and rows and columns as positions.</summary>
    private static void CheckGrid(HrmConfig config, RangeRules rules)
    {
        var hasGrid = config is { Mixing: TokenMixing.Convolution or TokenMixing.Groups } or { Mixing: TokenMixing.Attention, PositionEncoding: PositionEncoding.Rope2d };
        var (tokens, columns) = (config.SequenceLength, config.ColumnCount);
        rules.Check(
            nameof(config.PositionEncoding),
            config.PositionEncoding,
            config.PositionEncoding != PositionEncoding.Rope2d || config.Mixing == TokenMixing.Attention,
            $"attention with rope2d ({rules.NameOf(nameof(config.Mixing))} {config.Mixing})");
        if (hasGrid && tokens > 0 && columns > 0)
        {
            rules.Check(
                nameof(config.GridColumns),
                config.GridColumns is null ? "none" : columns,
                config.GridColumns is null ? columns * columns == tokens : tokens % columns == 0,
                $"a divisor of {rules.NameOf(nameof(config.SequenceLength))} {tokens}, or none if that is a square number");
        }
    }

    /// <summary>Requires boxes that divide the grid and sets of channels that divide D.</summary>
    private static void CheckGroups(HrmConfig config, RangeRules rules)
    {
        if (config is not { Mixing: TokenMixing.Groups, SequenceLength: > 0, ColumnCount: > 0 })
        {
            return;
        }

        var (columns, rows) = (config.ColumnCount, config.SequenceLength / config.ColumnCount);
        var divides = config is { BoxRows: null, BoxColumns: null }
            || (config is { BoxRows: > 0, BoxColumns: > 0 } && rows % config.BoxRows == 0 && columns % config.BoxColumns == 0);
        rules.Check(nameof(config.BoxRows), $"{config.BoxRows?.ToString(CultureInfo.InvariantCulture) ?? "none"} × {config.BoxColumns?.ToString(CultureInfo.InvariantCulture) ?? "none"}", divides, $"boxes that divide the grid of {rows} × {columns}");
        rules.Check(nameof(config.PuzzleEmbeddingWidth), config.PuzzleEmbeddingWidth, config.PuzzleEmbeddingWidth == 0, $"0 with {rules.NameOf(nameof(config.Mixing))} groups");
        rules.Check(
            nameof(config.Symbols),
            config.Symbols,
            config.SymbolSets == 1 || (config.HiddenSize % config.Symbols == 0 && config.Symbols < config.VocabularySize),
            $"a divisor of {rules.NameOf(nameof(config.HiddenSize))} {config.HiddenSize} below {rules.NameOf(nameof(config.VocabularySize))} {config.VocabularySize}");
        if (config.SymbolSets > 1)
        {
            rules.Check(nameof(config.PositionEncoding), config.PositionEncoding, config.PositionEncoding != PositionEncoding.Learned, "no learned positions with symbols, which would differ by them");
            rules.Check(nameof(config.Merge), config.Merge, config.Merge == StateMerge.Add, "the sum with symbols, as a gate would mix their channels");
        }
    }

    /// <summary>Requires inner widths above zero: a small expansion of a small width rounds to zero.</summary>
    private static void CheckInnerWidths(HrmConfig config, RangeRules rules)
    {
        if (!(config.Expansion > 0) || config.BlockWidth <= 0 || config.SequenceLength <= 0 || config.PuzzleEmbeddingWidth < 0)
        {
            return;
        }

        rules.Check(nameof(config.Expansion), config.Expansion, config.SwiGluInnerWidth is not null || config.InnerWidth > 0, $"an inner width of at least 1 at {rules.NameOf(nameof(config.HiddenSize))} {config.HiddenSize}");
        if (config.Mixing == TokenMixing.TokenMixer && config.TokenMixerInnerWidth is null && config.TokenCount > 0)
        {
            rules.Check(nameof(config.Expansion), config.Expansion, config.MixerInnerWidth > 0, $"a token mixer's inner width of at least 1 at {config.TokenCount} tokens");
        }
    }

    /// <summary>Bounds the memory of one row: a small weights file can describe gigabytes of logits or attention scores.</summary>
    private static void CheckRow(HrmConfig config, RangeRules rules)
    {
        if (rules.Errors.Count > 0)
        {
            return;
        }

        long tokens = config.TokenCount;
        var logits = (long)config.SequenceLength * config.VocabularySize * (config.PredictionFeedback ? 4 : 1); // beside them: the last ones, their softmax, its cast
        var states = tokens * (config.HiddenSize + (2 * config.InnerWidth * config.SymbolSets));
        var mixed = config.Mixing switch
        {
            TokenMixing.TokenMixer => 2 * config.HiddenSize * config.MixerInnerWidth,
            TokenMixing.Convolution or TokenMixing.Groups => 2 * config.HiddenSize * tokens,
            _ => 0,
        };
        var (row, parts) = (logits + states + mixed, $"logits {logits}, states {states}{(mixed > 0 ? $", mixed tokens {mixed}" : string.Empty)}");
        rules.Check(nameof(config.SequenceLength), row, row <= MaxRowValues, $"at most {MaxRowValues} values for one row of a segment ({parts})");
        if (config.Mixing == TokenMixing.Groups)
        {
            // The groups of each token, and the matrix of members that devices without kernels use.
            var groups = tokens * config.SymbolSets;
            var matrix = groups * ((3 * groups) + tokens + 1);
            rules.Check(nameof(config.SequenceLength), matrix, matrix <= MaxRowValues, $"at most {MaxRowValues} values for the members of the groups of {groups} tokens");
        }

        if (config.Mixing == TokenMixing.Attention)
        {
            var scores = config.Heads * tokens * tokens;
            rules.Check(nameof(config.SequenceLength), scores, scores <= MaxRowScores, $"at most {MaxRowScores} attention scores for one row of a segment ({config.Heads} heads of {tokens} · {tokens} tokens)");
        }
    }
}
