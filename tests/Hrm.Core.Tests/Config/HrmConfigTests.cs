using TorchSharp;

namespace Hrm.Core.Tests;

public sealed class HrmConfigTests
{
    private static readonly HrmConfig Valid = new() { SequenceLength = 81, VocabularySize = 11 };

    private static readonly HrmConfig Groups = Valid with { HiddenSize = 288, Mixing = TokenMixing.Groups, BoxRows = 3, BoxColumns = 3, Symbols = 9 };

    /// <summary>Configs with one bad field, by the expected error.</summary>
    private static readonly Dictionary<string, HrmConfig> Bad = new()
    {
        ["FormatVersion: expected 1, got 0"] = Valid with { FormatVersion = 0 },
        ["SequenceLength: expected 1 … 65536, got 65537"] = Valid with { SequenceLength = 65537 },
        ["VocabularySize: expected 2 … 65536, got 1"] = Valid with { VocabularySize = 1 },
        ["PuzzleEmbeddingWidth: expected 0 … 65536, got -1"] = Valid with { PuzzleEmbeddingWidth = -1 },
        ["PuzzleIdCount: expected 1 … 134217728, got 0"] = Valid with { PuzzleIdCount = 0 },
        ["HighCycles: expected 1 … 1024, got 0"] = Valid with { HighCycles = 0 },
        ["LowCycles: expected HighCycles · (LowCycles + 1) of at most 4096 at 64 high cycles, got 64"] = Valid with { HighCycles = 64, LowCycles = 64 },
        ["LowCycles: expected 1 … 1024, got 1025"] = Valid with { LowCycles = 1025 },
        ["HighLayers: expected 1 … 1024, got 0"] = Valid with { HighLayers = 0 },
        ["LowLayers: expected 1 … 1024, got -1"] = Valid with { LowLayers = -1 },
        ["HiddenSize: expected 1 … 65536, got 0"] = Valid with { HiddenSize = 0 },
        ["Heads: expected 1 … 1024, got 0"] = Valid with { Heads = 0 },
        ["Heads: expected a divisor of HiddenSize 512, got 6"] = Valid with { Heads = 6, PositionEncoding = PositionEncoding.None },
        ["PositionEncoding: expected a head width that is a multiple of 2 (HiddenSize 24, Heads 8), got Rope"] = Valid with { HiddenSize = 24 },
        ["Expansion: expected 0.01 … 64, got NaN"] = Valid with { Expansion = double.NaN },
        ["Expansion: expected 0.01 … 64, got 65"] = Valid with { Expansion = 65 },
        ["Expansion: expected an inner width of at least 1 at HiddenSize 8, got 0.01"] = Valid with { Expansion = 0.01, HiddenSize = 8, Heads = 1 },
        ["SwiGluInnerWidth: expected 1 … 65536, got 0"] = Valid with { SwiGluInnerWidth = 0 },
        ["TokenMixerInnerWidth: expected 1 … 65536, got -5"] = Valid with { Mixing = TokenMixing.TokenMixer, TokenMixerInnerWidth = -5 },
        ["Expansion: expected a token mixer's inner width of at least 1 at 9 tokens, got 0.01"] = Valid with { Expansion = 0.01, SequenceLength = 9, Mixing = TokenMixing.TokenMixer },
        ["PuzzlePrefixLength: expected enough tokens for PuzzleEmbeddingWidth 513 at HiddenSize 512, got 1"] = Valid with { PuzzleEmbeddingWidth = 513, PuzzlePrefixLength = 1 },
        ["PuzzlePrefixLength: expected enough tokens for PuzzleEmbeddingWidth 0 at HiddenSize 512, got 1"] = Valid with { PuzzlePrefixLength = 1 },
        ["Modules: expected 1 … 200 characters, got ''"] = Valid with { Modules = string.Empty },
        [$"Modules: expected 1 … 200 characters, got '{new string('M', 120)}…'"] = Valid with { Modules = new string('M', 201) },
        ["PositionEncoding: expected a head width that is a multiple of 4 (HiddenSize 48, Heads 8), got Rope2d"] = Valid with { HiddenSize = 48, PositionEncoding = PositionEncoding.Rope2d },
        ["PositionEncoding: expected attention with rope2d (Mixing TokenMixer), got Rope2d"] = Valid with { Mixing = TokenMixing.TokenMixer, PositionEncoding = PositionEncoding.Rope2d },
        ["GridColumns: expected a divisor of SequenceLength 80, or none if that is a square number, got none"] = Valid with { SequenceLength = 80, PositionEncoding = PositionEncoding.Rope2d },
        ["GridColumns: expected a divisor of SequenceLength 81, or none if that is a square number, got 10"] = Valid with { GridColumns = 10, Mixing = TokenMixing.Convolution },
        ["GridColumns: expected a divisor of SequenceLength 81, or none if that is a square number, got 162"] = Valid with { GridColumns = 162, Mixing = TokenMixing.Convolution },
        ["BoxRows: expected boxes that divide the grid of 9 × 9, got 2 × 3"] = Groups with { BoxRows = 2 },
        ["BoxRows: expected boxes that divide the grid of 9 × 9, got none × 3"] = Groups with { BoxRows = null },
        ["Symbols: expected a divisor of HiddenSize 288 below VocabularySize 11, got 7"] = Groups with { Symbols = 7 },
        ["Symbols: expected a divisor of HiddenSize 8 below VocabularySize 11, got 9"] = Groups with { HiddenSize = 8 },
        ["PositionEncoding: expected no learned positions with symbols, which would differ by them, got Learned"] = Groups with { PositionEncoding = PositionEncoding.Learned },
        ["Merge: expected the sum with symbols, as a gate would mix their channels, got Gated"] = Groups with { Merge = StateMerge.Gated },
        ["SequenceLength: expected at most 134217728 values for the members of the groups of 16384 tokens, got 1073758208"] = Groups with { SequenceLength = 16384, Symbols = 0, BoxRows = 2, BoxColumns = 2 },
        ["Symbols: expected a divisor of HiddenSize 288 below VocabularySize 11, got 12"] = Groups with { Symbols = 12 },
        ["PuzzleEmbeddingWidth: expected 0 with Mixing groups, got 288"] = Groups with { PuzzleEmbeddingWidth = 288 },
        ["GridColumns: expected 1 … 65536, got 0"] = Valid with { GridColumns = 0, Mixing = TokenMixing.Convolution },
        ["KernelSize: expected an odd number in 1 … 31, got 4"] = Valid with { KernelSize = 4 },
        ["KernelSize: expected an odd number in 1 … 31, got -1"] = Valid with { KernelSize = -1 },
        ["KernelSize: expected an odd number in 1 … 31, got 33"] = Valid with { KernelSize = 33 },
        ["Mixing: expected Attention or TokenMixer or Convolution or Groups, got 9"] = Valid with { Mixing = (TokenMixing)9 },
        ["PositionEncoding: expected Rope or Learned or None or Rope2d, got 9"] = Valid with { PositionEncoding = (PositionEncoding)9 },
        ["Merge: expected Add or Gated, got 9"] = Valid with { Merge = (StateMerge)9 },
        ["RmsNormEpsilon: expected a finite number above 0, got -1"] = Valid with { RmsNormEpsilon = -1 },
        ["RopeTheta: expected a finite number above 0, got Infinity"] = Valid with { RopeTheta = double.PositiveInfinity },
        ["ForwardDtype: expected Float32 or BFloat16, got Float64"] = Valid with { ForwardDtype = torch.ScalarType.Float64 },
        ["SequenceLength: expected at most 134217728 values for one row of a segment (logits 536870912, states 147456), got 537018368"] = Valid with { SequenceLength = 8192, VocabularySize = 65536, HiddenSize = 16, SwiGluInnerWidth = 1 },
        ["SequenceLength: expected at most 1073741824 attention scores for one row of a segment (8 heads of 65536 · 65536 tokens), got 34359738368"] = Valid with { SequenceLength = 65536, VocabularySize = 2, HiddenSize = 16, SwiGluInnerWidth = 1 },
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
    public void Validate_accepts_every_preset_and_the_widest_model_of_the_paper()
    {
        foreach (var config in new[]
        {
            HrmPresets.SudokuExtreme, HrmPresets.SudokuExtremeFull, HrmPresets.MazeHard, HrmPresets.Arc(1_000_000), HrmPresets.Small(81, 11), HrmPresets.Small(900, 6),
            HrmPresets.Arc(1_000_000) with { HiddenSize = 3072, Heads = 48 },
            Valid with { SequenceLength = 4096, Heads = 8 }, // a grid of 64 · 64 cells
            Valid with { SequenceLength = 900, Mixing = TokenMixing.Convolution, KernelSize = 31 },
            Valid with { SequenceLength = 12, GridColumns = 4, Mixing = TokenMixing.Convolution, Heads = 5 }, // not used without attention
            Valid with { SequenceLength = 12, GridColumns = 1, PositionEncoding = PositionEncoding.Rope2d },
        })
        {
            config.Invoking(it => it.Validate()).Should().NotThrow();
        }
    }

    [Theory]
    [InlineData("\"seq_len\": 65536, \"vocab_size\": 65536, \"hidden_size\": 2, \"num_heads\": 1")]
    [InlineData("\"seq_len\": 65536, \"vocab_size\": 2, \"hidden_size\": 2, \"num_heads\": 1")]
    [InlineData("\"seq_len\": 65536, \"vocab_size\": 2, \"hidden_size\": 2048, \"num_heads\": 1, \"mlp_t\": true, \"token_mixer_inner\": 1")]
    [InlineData("\"seq_len\": 1600, \"vocab_size\": 2, \"hidden_size\": 32768, \"mixing\": \"convolution\", \"swiglu_inner\": 1")]
    [InlineData("\"seq_len\": 1, \"vocab_size\": 2, \"hidden_size\": 65536, \"mlp_t\": true, \"token_mixer_inner\": 65536")]
    public void A_row_that_needs_gigabytes_is_rejected(string fields)
    {
        var read = () => HrmConfig.FromJson($"{{{fields}}}");
        read.Should().Throw<InvalidConfigException>().WithMessage("model config: seq_len: expected at most * for one row of a segment (*), got *");
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
    public void Inner_widths_follow_the_authors_rule_if_none_is_set()
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

    [Fact]
    public void Grid_kernel_and_rotary_base_have_defaults()
    {
        (Valid.ColumnCount, Valid.KernelWidth, Valid.RotaryBase).Should().Be((9, 3, 10000));
        var grid = Valid with { SequenceLength = 12, GridColumns = 4, KernelSize = 5, PositionEncoding = PositionEncoding.Rope2d };
        (grid.ColumnCount, grid.KernelWidth, grid.RotaryBase).Should().Be((4, 5, 10));
        (grid with { RopeTheta = 30 }).RotaryBase.Should().Be(30);
    }
}
