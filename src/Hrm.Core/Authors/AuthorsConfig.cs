using TorchSharp;

namespace Hrm.Core;

/// <summary>
/// Makes a config of what the authors' training leaves: the key <c>arch</c> of its <c>all_config.yaml</c>, the shapes of the
/// tensors, and the sequence length, which only their data set knows.
/// </summary>
internal sealed class AuthorsConfig
{
    /// <summary>The prefix of the tiny recursive model where its file gives none.</summary>
    private const int SharedLevelPrefix = 16;

    private static readonly Dictionary<string, PositionEncoding> Positions =
        Enum.GetValues<PositionEncoding>().ToDictionary(PositionEncodingConverter.NameOf);

    private static readonly Dictionary<string, torch.ScalarType> Dtypes =
        new[] { torch.ScalarType.Float32, torch.ScalarType.BFloat16 }.ToDictionary(ForwardDtypes.NameOf);

    private readonly string _path;
    private readonly AuthorsShapes _shapes;
    private readonly YamlFields _fields;
    private readonly List<string> _contradictions = [];

    private AuthorsConfig(string path, YamlFields fields, AuthorsShapes shapes)
    {
        _path = path;
        _fields = fields;
        _shapes = shapes;
    }

    /// <summary>The config; all bad fields, or all contradictions, are in one exception.</summary>
    public static HrmConfig Read(string path, AuthorsShapes shapes, int sequenceLength)
    {
        var root = YamlReader.Read(SmallTextFile.ReadConfig(path), path);
        return root.Items.TryGetValue("arch", out var node) && node is YamlMapping architecture
            ? new AuthorsConfig(path, new YamlFields(architecture), shapes).Build(sequenceLength)
            : throw new InvalidConfigException(path, ["expected the key arch with the architecture below it, got none"]);
    }

    private HrmConfig Build(int sequenceLength)
    {
        var stated = ReadFields(sequenceLength);
        var prefix = _fields.WholeOrNone("puzzle_emb_len");
        Throw(_fields.Errors);
        Compare(stated);
        var config = stated with { PuzzlePrefixLength = Prefix(stated, prefix) };
        Throw(_contradictions);
        Throw(HrmConfigRules.Check(config, isOfFile: true));
        return config;
    }

    private HrmConfig ReadFields(int sequenceLength)
    {
        var lowLayers = _fields.Whole("L_layers");
        return new HrmConfig
        {
            SequenceLength = sequenceLength,
            VocabularySize = _shapes.Size(AuthorsShapes.Tokens, 0)!.Value,
            PuzzleIdCount = _shapes.Size(AuthorsShapes.Puzzles, 0) ?? 1,
            PuzzleEmbeddingWidth = _fields.Whole("puzzle_emb_ndim", absent: 0),
            HighCycles = _fields.Whole("H_cycles"),
            LowCycles = _fields.Whole("L_cycles"),
            // One module in both places: the file's H_layers means nothing then, and is often 0.
            HighLayers = _shapes.HasHighLevel ? _fields.Whole("H_layers") : lowLayers,
            LowLayers = lowLayers,
            HiddenSize = _fields.Whole("hidden_size"),
            Heads = _fields.Whole("num_heads"),
            Expansion = _fields.Real("expansion"),
            MixTokens = _fields.Flag("mlp_t", absent: false),
            PositionEncoding = _fields.Choice("pos_encodings", Positions),
            RmsNormEpsilon = _fields.Real("rms_norm_eps", absent: 1e-5),
            RopeTheta = _fields.Real("rope_theta", absent: 10000),
            ForwardDtype = _fields.Choice("forward_dtype", Dtypes, absent: torch.ScalarType.BFloat16),
        };
    }

    private void Compare(HrmConfig stated)
    {
        Require("hidden_size", stated.HiddenSize, AuthorsShapes.Tokens, _shapes.Size(AuthorsShapes.Tokens, 1));
        Require("puzzle_emb_ndim", stated.PuzzleEmbeddingWidth, AuthorsShapes.Puzzles, _shapes.Size(AuthorsShapes.Puzzles, 1) ?? 0);
        Require("L_layers", stated.LowLayers, ModelKeys.LowLevel + ".*", _shapes.LayerCount(ModelKeys.LowLevel));
        if (_shapes.HasHighLevel)
        {
            Require("H_layers", stated.HighLayers, ModelKeys.HighLevel + ".*", _shapes.LayerCount(ModelKeys.HighLevel));
        }

        Require("mlp_t", stated.MixTokens, AuthorsShapes.Mixer, _shapes.Size(AuthorsShapes.Mixer, 1) is not null);
        Require("pos_encodings: learned", stated.PositionEncoding == PositionEncoding.Learned, AuthorsShapes.Positions, _shapes.Size(AuthorsShapes.Positions, 1) is not null);
        if (_shapes.StateDtype is { } dtype)
        {
            Require("forward_dtype", ForwardDtypes.NameOf(stated.ForwardDtype), AuthorsShapes.HighInit, ForwardDtypes.NameOf(dtype));
        }
    }

    /// <summary>The prefix where it is not the rule's: what the shapes say, else what the file says, else the default.</summary>
    private int? Prefix(HrmConfig stated, int? given)
    {
        var rule = stated.HiddenSize > 0 ? stated.PrefixLength : 0;
        var told = given is 0 ? rule : given;
        var (key, tokens) = stated.PositionEncoding == PositionEncoding.Learned
            ? (AuthorsShapes.Positions, _shapes.Size(AuthorsShapes.Positions, 0))
            : (AuthorsShapes.Mixer, stated.MixTokens ? _shapes.Size(AuthorsShapes.Mixer, 1) : null);
        var hasPrefix = stated.PuzzleEmbeddingWidth > 0;
        if (tokens is { } count)
        {
            var rest = count - stated.SequenceLength;
            var fits = hasPrefix ? rest > 0 && (told ?? rest) == rest : rest == 0;
            if (!fits)
            {
                var prefix = hasPrefix ? told?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "at least 1" : "0";
                _contradictions.Add($"sequenceLength {stated.SequenceLength} with a prefix of {prefix} (arch.puzzle_emb_len, arch.puzzle_emb_ndim): expected together {count}, the tokens of {key} in {_shapes.Path}");
            }

            told = rest;
        }

        told ??= _shapes.HasHighLevel ? rule : SharedLevelPrefix;
        return hasPrefix && told != rule ? told : null;
    }

    private void Require(string field, object stated, string key, object? stored)
    {
        if (!stated.Equals(stored))
        {
            _contradictions.Add($"arch.{field}: expected {stored}, as {key} in {_shapes.Path} has it, got {stated}");
        }
    }

    private void Throw(IReadOnlyList<string> errors)
    {
        if (errors.Count > 0)
        {
            throw new InvalidConfigException(_path, errors);
        }
    }
}
