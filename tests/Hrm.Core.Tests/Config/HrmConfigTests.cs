using TorchSharp;

namespace Hrm.Core.Tests;

public sealed class HrmConfigTests
{
    private static readonly HrmConfig Valid = new() { SequenceLength = 81, VocabularySize = 11 };

    /// <summary>Configs with one bad field, by the error it must give.</summary>
    private static readonly Dictionary<string, HrmConfig> Bad = new()
    {
        ["format_version: expected 1, got 0"] = Valid with { FormatVersion = 0 },
        ["seq_len: expected 1 … 65536, got 65537"] = Valid with { SequenceLength = 65537 },
        ["vocab_size: expected 2 … 65536, got 1"] = Valid with { VocabularySize = 1 },
        ["puzzle_emb_ndim: expected 0 … 65536, got -1"] = Valid with { PuzzleEmbeddingWidth = -1 },
        ["num_puzzle_identifiers: expected 1 … 134217728, got 0"] = Valid with { PuzzleIdCount = 0 },
        ["H_cycles: expected 1 … 1024, got 0"] = Valid with { HighCycles = 0 },
        ["L_cycles: expected H_cycles · (L_cycles + 1) of at most 4096 at H_cycles 64, got 64"] = Valid with { HighCycles = 64, LowCycles = 64 },
        ["L_cycles: expected 1 … 1024, got 1025"] = Valid with { LowCycles = 1025 },
        ["H_layers: expected 1 … 1024, got 0"] = Valid with { HighLayers = 0 },
        ["L_layers: expected 1 … 1024, got -1"] = Valid with { LowLayers = -1 },
        ["hidden_size: expected 1 … 65536, got 0"] = Valid with { HiddenSize = 0 },
        ["num_heads: expected 1 … 1024, got 0"] = Valid with { Heads = 0 },
        ["num_heads: expected a divisor of hidden_size 512, got 6"] = Valid with { Heads = 6, PositionEncoding = PositionEncoding.None },
        ["pos_encodings: expected an even head width for rope (hidden_size 24, num_heads 8), got Rope"] = Valid with { HiddenSize = 24 },
        ["expansion: expected 0.01 … 64, got NaN"] = Valid with { Expansion = double.NaN },
        ["expansion: expected 0.01 … 64, got 65"] = Valid with { Expansion = 65 },
        ["expansion: expected an inner width of at least 1 at hidden_size 8, got 0.01"] = Valid with { Expansion = 0.01, HiddenSize = 8, Heads = 1 },
        ["swiglu_inner: expected 1 … 65536, got 0"] = Valid with { SwiGluInnerWidth = 0 },
        ["token_mixer_inner: expected 1 … 65536, got -5"] = Valid with { MixTokens = true, TokenMixerInnerWidth = -5 },
        ["expansion: expected a token mixer's inner width of at least 1 at 9 tokens, got 0.01"] = Valid with { Expansion = 0.01, SequenceLength = 9, MixTokens = true },
        ["puzzle_emb_len: expected enough tokens for puzzle_emb_ndim 513 at hidden_size 512, got 1"] = Valid with { PuzzleEmbeddingWidth = 513, PuzzlePrefixLength = 1 },
        ["puzzle_emb_len: expected enough tokens for puzzle_emb_ndim 0 at hidden_size 512, got 1"] = Valid with { PuzzlePrefixLength = 1 },
        ["pos_encodings: expected Rope or Learned or None, got 9"] = Valid with { PositionEncoding = (PositionEncoding)9 },
        ["merge: expected Add or Gated, got 9"] = Valid with { Merge = (StateMerge)9 },
        ["rms_norm_eps: expected a finite number above 0, got -1"] = Valid with { RmsNormEpsilon = -1 },
        ["rope_theta: expected a finite number above 0, got Infinity"] = Valid with { RopeTheta = double.PositiveInfinity },
        ["forward_dtype: expected Float32 or BFloat16, got Float64"] = Valid with { ForwardDtype = torch.ScalarType.Float64 },
    };

    public static TheoryData<string> Errors => [.. Bad.Keys];

    [Theory]
    [MemberData(nameof(Errors))]
    public void Validate_names_field_value_and_expectation(string error)
    {
        var config = Bad[error];
        config.Invoking(it => it.Validate()).Should().Throw<InvalidConfigException>().Which.Errors.Should().Equal(error);
        using var generator = new torch.Generator(1);
        var create = () => new HrmModel(config, generator);
        create.Should().Throw<InvalidConfigException>().WithMessage($"model config: {error}.");
    }

    [Fact]
    public void Validate_takes_every_preset()
    {
        foreach (var config in new[] { HrmPresets.SudokuExtreme, HrmPresets.SudokuExtremeFull, HrmPresets.MazeHard, HrmPresets.Arc(1_000_000), HrmPresets.Small(81, 11) })
        {
            config.Invoking(it => it.Validate()).Should().NotThrow();
        }
    }

    [Theory]
    [InlineData(0, null, 0)]
    [InlineData(1, null, 1)]
    [InlineData(512, null, 1)]
    [InlineData(513, null, 2)]
    [InlineData(512, 16, 16)] // TRM forces 16 tokens, padded with zeros
    public void PrefixLength_covers_the_puzzle_embedding(int width, int? forced, int expected)
    {
        var config = Valid with { PuzzleEmbeddingWidth = width, PuzzlePrefixLength = forced };
        config.PrefixLength.Should().Be(expected);
        config.TokenCount.Should().Be(81 + expected);
    }

    [Fact]
    public void Inner_widths_follow_the_authors_rule_where_none_is_given()
    {
        Valid.InnerWidth.Should().Be(1536);
        (Valid with { SwiGluInnerWidth = 100 }).InnerWidth.Should().Be(100);
        Valid.MixerInnerWidth.Should().Be(256);
        (Valid with { TokenMixerInnerWidth = 100 }).MixerInnerWidth.Should().Be(100);
    }

    [Fact]
    public void ParameterCount_does_not_overflow_at_the_largest_config()
        => (Valid with { SequenceLength = 65536, VocabularySize = 65536, HiddenSize = 65536, Expansion = 64, HighLayers = 1024, LowLayers = 1024 })
            .ParameterCount.Should().BeGreaterThan(1L << 50);
}
