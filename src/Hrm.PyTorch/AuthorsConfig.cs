using System.Globalization;
using System.Numerics;
using TorchSharp;

namespace Hrm.PyTorch;

/// <summary>
/// Derives a config from the files of the authors' training: the key <c>arch</c> of <c>all_config.yaml</c> and the shapes of the
/// tensors, with the sequence length, which only their data set has. Collects every bad field and every contradiction.
/// </summary>
internal sealed class AuthorsConfig
{
    private const string Tokens = "embed_tokens.embedding_weight";
    private const string Positions = "embed_pos.embedding_weight";
    private const string Puzzles = "puzzle_emb.weights";
    private const string Mixer = ModelKeys.LowLevel + Layers + "0.mlp_t.gate_up_proj.weight";
    private const string HighInit = "H_init";
    private const string Layers = ".layers.";

    /// <summary>The prefix of the tiny recursive model if its file states none.</summary>
    private const int SharedLevelPrefix = 16;

    private readonly IReadOnlyDictionary<string, YamlValue> _fields;
    private readonly WeightsFile _weights;
    private readonly Dictionary<string, WeightsEntry> _entries;
    private readonly bool _hasSharedLevel;
    private readonly List<string> _errors = [];

    private AuthorsConfig(IReadOnlyDictionary<string, YamlValue> fields, WeightsFile weights)
    {
        _fields = fields;
        _weights = weights;
        _hasSharedLevel = ModelKeys.HaveSharedLevel(weights.Names);
        _entries = ModelKeys.StoredNames(weights).ToDictionary(name => name.Key, name => weights.GetEntry(name.Value), StringComparer.Ordinal);
        if (!_entries.ContainsKey(Tokens))
        {
            throw new HrmFormatException($"expected the tensors of a model, {Tokens} among them, got {ModelKeys.Some(_entries.Keys)}: {_entries.Count} in all", weights.Path);
        }
    }

    /// <summary>Returns the config; all bad fields, or all contradictions, are in one exception.</summary>
    /// <exception cref="InvalidConfigException">The yaml is not valid or contradicts the tensors.</exception>
    public static HrmConfig Read(string path, WeightsFile weights, int sequenceLength)
    {
        if (YamlReader.Read(SmallTextFile.ReadConfig(path), path).Items!.GetValueOrDefault("arch")?.Items is not { } fields)
        {
            throw new InvalidConfigException(path, ["expected the key arch with the architecture below it, got none"]);
        }

        var reader = new AuthorsConfig(fields, weights);
        var stated = reader.ReadFields(sequenceLength);
        var prefix = fields.ContainsKey("puzzle_emb_len") ? reader.Number<int>("puzzle_emb_len") : (int?)null;
        Throw(reader._errors);
        reader.Compare(stated);
        var config = stated with { PuzzlePrefixLength = reader.Prefix(stated, prefix) };
        Throw(reader._errors);
        Throw(HrmConfigRules.Check(config, isOfFile: true));
        return config;

        void Throw(IReadOnlyList<string> errors)
        {
            if (errors.Count > 0)
            {
                throw new InvalidConfigException(path, errors);
            }
        }
    }

    private HrmConfig ReadFields(int sequenceLength)
    {
        var lowLayers = Number<int>("L_layers");
        return new HrmConfig
        {
            SequenceLength = sequenceLength,
            VocabularySize = Size(Tokens, 0)!.Value,
            PuzzleIdCount = Size(Puzzles, 0) ?? 1,
            PuzzleEmbeddingWidth = Number<int>("puzzle_emb_ndim", absent: 0),
            HighCycles = Number<int>("H_cycles"),
            LowCycles = Number<int>("L_cycles"),
            // With one module as both levels the file's H_layers means nothing, and is often 0.
            HighLayers = _hasSharedLevel ? lowLayers : Number<int>("H_layers"),
            LowLayers = lowLayers,
            HiddenSize = Number<int>("hidden_size"),
            Heads = Number<int>("num_heads"),
            Expansion = Number<double>("expansion"),
            Mixing = Field<bool>("mlp_t", "true or false", absent: false, value => value.IsPlain && bool.TryParse(value.Text, out var flag) ? flag : null)
                ? TokenMixing.TokenMixer
                : TokenMixing.Attention,
            PositionEncoding = Choice("pos_encodings", PositionEncodings.Instance),
            RmsNormEpsilon = Number<double>("rms_norm_eps", absent: 1e-5),
            RopeTheta = Number<double>("rope_theta", absent: 10000.0),
            ForwardDtype = Choice("forward_dtype", ForwardDtypes.Instance, absent: torch.ScalarType.BFloat16),
        };
    }

    private void Compare(HrmConfig stated)
    {
        Require("hidden_size", stated.HiddenSize, Tokens, Size(Tokens, 1));
        Require("puzzle_emb_ndim", stated.PuzzleEmbeddingWidth, Puzzles, Size(Puzzles, 1) ?? 0);
        Require("L_layers", stated.LowLayers, ModelKeys.LowLevel + ".*", LayerCount(ModelKeys.LowLevel));
        if (!_hasSharedLevel)
        {
            Require("H_layers", stated.HighLayers, ModelKeys.HighLevel + ".*", LayerCount(ModelKeys.HighLevel));
        }

        Require("mlp_t", stated.Mixing == TokenMixing.TokenMixer, Mixer, _entries.ContainsKey(Mixer));
        Require("pos_encodings: learned", stated.PositionEncoding == PositionEncoding.Learned, Positions, _entries.ContainsKey(Positions));
        if (_entries.TryGetValue(HighInit, out var state))
        {
            Require("forward_dtype", ForwardDtypes.Instance.NameOf(stated.ForwardDtype), HighInit, ForwardDtypes.Instance.NameOf(state.Dtype));
        }
    }

    /// <summary>Returns the prefix if it is not the rule's: from the shapes, otherwise from the file, otherwise the default.</summary>
    private int? Prefix(HrmConfig stated, int? given)
    {
        var rule = stated.HiddenSize > 0 ? stated.PrefixLength : 0;
        var known = given is 0 ? rule : given;
        var key = stated.PositionEncoding == PositionEncoding.Learned ? Positions : stated.Mixing == TokenMixing.TokenMixer ? Mixer : null;
        var hasPrefix = stated.PuzzleEmbeddingWidth > 0;
        if (key is not null && Size(key, key == Positions ? 0 : 1) is { } count)
        {
            var rest = count - stated.SequenceLength;
            var fits = hasPrefix ? rest > 0 && (known ?? rest) == rest : rest == 0;
            if (!fits)
            {
                var prefix = hasPrefix ? known?.ToString(CultureInfo.InvariantCulture) ?? "at least 1" : "0";
                _errors.Add($"sequenceLength {stated.SequenceLength} with a prefix of {prefix} (arch.puzzle_emb_len, arch.puzzle_emb_ndim): expected together {count}, the tokens of {key} in {_weights.Path}");
            }

            known = rest;
        }

        known ??= _hasSharedLevel ? SharedLevelPrefix : rule;
        return hasPrefix && known != rule ? known : null;
    }

    private void Require(string field, object stated, string key, object? stored)
    {
        if (!stated.Equals(stored))
        {
            _errors.Add($"arch.{field}: expected {stored}, as {key} in {_weights.Path} has it, got {stated}");
        }
    }

    /// <summary>Returns the size of an axis of a matrix, or null if there is no such tensor. Sizes beyond all limits are cut.</summary>
    private int? Size(string key, int axis) => !_entries.TryGetValue(key, out var entry) ? null
        : entry.Shape.Count == 2 ? (int)Math.Min(entry.Shape[axis], int.MaxValue)
        : throw new HrmFormatException($"expected a matrix, got {entry}", _weights.Path, place: $"tensor {Quote.Text(key)}");

    private int LayerCount(string level) => _entries.Keys
        .Where(key => key.StartsWith(level + Layers, StringComparison.Ordinal))
        .Select(key => key[(level + Layers).Length..].Split('.')[0])
        .Distinct(StringComparer.Ordinal)
        .Count();

    private T Number<T>(string key, T? absent = null)
        where T : struct, INumber<T>
    {
        var isWhole = typeof(T) == typeof(int);
        var style = isWhole ? NumberStyles.AllowLeadingSign : NumberStyles.Float;
        return Field(key, isWhole ? "a whole number" : "a number", absent, value =>
            value.IsPlain && T.TryParse(value.Text, style, CultureInfo.InvariantCulture, out var number) ? number : null);
    }

    private T Choice<T>(string key, NameConverter<T> choices, T? absent = null)
        where T : struct, Enum
        => Field(key, choices.Names, absent, value => choices.Find(value.Text));

    /// <summary>Reads a field. A missing one is <paramref name="absent"/>, or an error if that is null.</summary>
    private T Field<T>(string key, string expected, T? absent, Func<YamlValue, T?> parse)
        where T : struct
    {
        var value = _fields.GetValueOrDefault(key);
        if ((value is null ? absent : parse(value)) is { } parsed)
        {
            return parsed;
        }

        var got = value switch
        {
            null => "none",
            { Text: { } text } => $"{(value.IsPlain ? string.Empty : "the quoted text ")}{Quote.Text(text)}",
            { Items: not null } => "keys with values",
            _ => "a list",
        };
        _errors.Add($"{(value is null ? string.Empty : $"line {value.Line}, ")}arch.{key}: expected {expected}, got {got}");
        return default;
    }
}
