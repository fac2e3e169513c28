using System.Reflection;
using Hrm.TestKit;
using TorchSharp;

namespace Hrm.Core.Tests;

public sealed class HrmConfigJsonTests
{
    private static readonly HrmConfig Unusual = new()
    {
        SequenceLength = 9,
        VocabularySize = 4,
        PuzzleEmbeddingWidth = 10,
        PuzzleIdCount = 5,
        PuzzlePrefixLength = 3,
        HighCycles = 3,
        LowCycles = 5,
        HighLayers = 1,
        LowLayers = 2,
        HiddenSize = 24,
        Heads = 4,
        Expansion = 2.5,
        SwiGluInnerWidth = 40,
        Mixing = TokenMixing.TokenMixer,
        KernelSize = 5,
        GridColumns = 3,
        BoxRows = 1,
        BoxColumns = 3,
        Symbols = 2,
        TokenMixerInnerWidth = 20,
        PositionEncoding = PositionEncoding.Learned,
        Merge = StateMerge.Gated,
        Modules = "GatedModule",
        PredictionFeedback = true,
        RmsNormEpsilon = 1e-6,
        RopeTheta = 500.5,
        ForwardDtype = torch.ScalarType.Float32,
    };

    [Fact]
    public void ToJson_of_the_defaults_is_pinned()
        => new HrmConfig { SequenceLength = 81, VocabularySize = 11 }.ToJson().Should().Be(
            """
            {
              "format_version": 1,
              "seq_len": 81,
              "vocab_size": 11,
              "puzzle_emb_ndim": 0,
              "num_puzzle_identifiers": 1,
              "H_cycles": 2,
              "L_cycles": 2,
              "H_layers": 4,
              "L_layers": 4,
              "hidden_size": 512,
              "num_heads": 8,
              "expansion": 4,
              "pos_encodings": "rope",
              "rms_norm_eps": 1E-05,
              "forward_dtype": "bfloat16"
            }

            """);

    [Fact]
    public void Every_field_survives_the_round_trip()
    {
        var defaults = new HrmConfig { SequenceLength = 81, VocabularySize = 11 };
        foreach (var property in typeof(HrmConfig).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(it => it.CanWrite && it.Name != nameof(HrmConfig.FormatVersion)))
        {
            property.GetValue(Unusual).Should().NotBe(property.GetValue(defaults), $"{property.Name} must differ from its default");
        }

        HrmConfig.FromJson(Unusual.ToJson()).Should().Be(Unusual);
    }

    [Theory]
    [InlineData("pos_encodings", "rope", PositionEncoding.Rope)]
    [InlineData("pos_encodings", "learned", PositionEncoding.Learned)]
    [InlineData("pos_encodings", "none", PositionEncoding.None)]
    [InlineData("pos_encodings", "rope2d", PositionEncoding.Rope2d)]
    [InlineData("mixing", "attention", TokenMixing.Attention)]
    [InlineData("mixing", "token_mixer", TokenMixing.TokenMixer)]
    [InlineData("mixing", "convolution", TokenMixing.Convolution)]
    [InlineData("merge", "add", StateMerge.Add)]
    [InlineData("merge", "gated", StateMerge.Gated)]
    [InlineData("forward_dtype", "float32", torch.ScalarType.Float32)]
    [InlineData("forward_dtype", "bfloat16", torch.ScalarType.BFloat16)]
    public void Choices_have_the_names_of_the_authors_and_of_PyTorch(string field, string name, object expected)
    {
        var config = HrmConfig.FromJson(With(field, $"\"{name}\""));
        (field switch { "merge" => config.Merge, "mixing" => config.Mixing, "pos_encodings" => config.PositionEncoding, _ => (object)config.ForwardDtype }).Should().Be(expected);
    }

    /// <summary>The pinned defaults have none of them, so a program that does not know them reads a model without them.</summary>
    [Theory]
    [InlineData("\"merge\": \"gated\"")]
    [InlineData("\"mixing\": \"token_mixer\"")]
    [InlineData("\"kernel_size\": 5")]
    [InlineData("\"grid_columns\": 3")]
    [InlineData("\"feedback\": true")]
    [InlineData("\"rope_theta\": 500.5")]
    public void Options_of_this_library_are_written_if_they_are_not_the_default(string line)
        => Unusual.ToJson().Should().Contain($"  {line},");

    [Theory]
    [InlineData("\"mlp_t\": true", TokenMixing.TokenMixer)]
    [InlineData("\"mlp_t\": false", TokenMixing.Attention)]
    [InlineData("\"mlp_t\": true, \"mixing\": \"token_mixer\"", TokenMixing.TokenMixer)]
    [InlineData("\"mlp_t\": false, \"mixing\": \"attention\"", TokenMixing.Attention)]
    [InlineData("\"mixing\": \"convolution\", \"mlp_t\": false", TokenMixing.Convolution)]
    public void The_authors_key_of_the_token_mixer_is_read_but_not_written(string fields, TokenMixing expected)
    {
        var config = HrmConfig.FromJson($$"""{"seq_len": 81, "vocab_size": 11, {{fields}}}""");
        config.Should().Be(new HrmConfig { SequenceLength = 81, VocabularySize = 11, Mixing = expected });
        config.ToJson().Should().NotContain("mlp_t");
    }

    [Theory]
    [InlineData("\"mlp_t\": true, \"mixing\": \"attention\"", "attention and true")]
    [InlineData("\"mixing\": \"convolution\", \"mlp_t\": true", "convolution and true")]
    [InlineData("\"mlp_t\": false, \"mixing\": \"token_mixer\"", "token_mixer and false")]
    public void Keys_of_the_mixing_that_disagree_are_an_error(string fields, string got)
        => Reading($$"""{"seq_len": 81, "vocab_size": 11, {{fields}}}""").WithMessage($"model config: *expected mixing and mlp_t to agree, got {got}.");

    [Theory]
    [InlineData("pos_encodings", "\"rotary\"")]
    [InlineData("pos_encodings", "\"rope, learned\"")]
    [InlineData("pos_encodings", "1")]
    [InlineData("mixing", "\"Convolution\"")]
    [InlineData("mixing", "2")]
    [InlineData("mixing", "null")]
    [InlineData("kernel_size", "3.5")]
    [InlineData("grid_columns", "\"9\"")]
    [InlineData("feedback", "1")]
    [InlineData("merge", "\"sum\"")]
    [InlineData("merge", "\"Gated\"")]
    [InlineData("merge", "1")]
    [InlineData("merge", "null")]
    [InlineData("modules", "1")]
    [InlineData("forward_dtype", "\"float16\"")]
    [InlineData("forward_dtype", "6")]
    [InlineData("seq_len", "\"81\"")]
    [InlineData("seq_len", "81.5")]
    [InlineData("seq_len", "99999999999")]
    [InlineData("seq_len", "null")]
    [InlineData("mlp_t", "1")]
    [InlineData("hidden_width", "64")]
    [InlineData("Hidden_Size", "64")]
    public void FromJson_names_a_field_that_cannot_be_read(string field, string value)
        => Reading(With(field, value)).WithMessage($"model config: line *{field}*");

    [Theory]
    [InlineData("{\n  \"seq_len\": 81,\n  \"vocab_size\": 11,\n  \"heads\": 8\n}", "line 4, $.heads: *")]
    [InlineData("{\n  \"seq_len\": 81,\n  \"vocab_size\": 11,\n  \"seq_len\": 82\n}", "line 4, *seq_len*")]
    [InlineData("{}", "line 1, byte *: *'seq_len', 'vocab_size'.")]
    [InlineData("{\n  \"seq_len\": 81,\n  \"vocab_size\" 11\n}", "line 3, byte 16: '1' is invalid after a property name. Expected a ':'.")]
    [InlineData("", "*")]
    [InlineData("null", "*")]
    [InlineData("[]", "*")]
    [InlineData("81", "*")]
    [InlineData("{\"seq_len\": 81, \"vocab_size\": 11}{}", "*")]
    public void FromJson_reports_the_line_and_the_key(string json, string message) => Reading(json).WithMessage($"model config: {message}");

    [Fact]
    public void FromJson_shortens_an_unknown_key()
        => Reading(With(new string('x', 3_000), "1")).Which.Message.Length.Should().BeLessThan(500);

    [Fact]
    public void FromJson_rejects_deep_nesting()
        => Reading(With("expansion", new string('[', 10_000) + new string(']', 10_000))).WithMessage("model config: line 1, $.expansion*");

    [Fact]
    public void FromJson_reports_every_bad_field_at_once()
        => Reading("""{"format_version": 2, "seq_len": 0, "vocab_size": 1, "H_cycles": -3, "rms_norm_eps": 0, "num_heads": 7}""").Which.Errors.Should().Equal(
            "format_version: expected 1, got 2",
            "seq_len: expected 1 … 65536, got 0",
            "vocab_size: expected 2 … 65536, got 1",
            "H_cycles: expected 1 … 1024, got -3",
            "rms_norm_eps: expected a finite number above 0, got 0",
            "num_heads: expected a divisor of hidden_size 512, got 7");

    [Fact]
    public void ReadFile_names_the_file_in_every_error()
    {
        using var folder = new TemporaryFolder();
        Reading(With("seq_len", "0")).Throw<InvalidConfigException>().WithMessage($"{folder["config.json"]}: seq_len: expected 1 … 65536, got 0.");
        Reading("{\n\n oops }").Throw<InvalidConfigException>().WithMessage($"{folder["config.json"]}: line 3, *");
        Reading(new string(' ', (1 << 20) + 1)).Throw<InvalidConfigException>().WithMessage($"{folder["config.json"]}: expected at most 1048576 bytes, got 1048577.");
        Reading(null).Throw<HrmFileException>().WithMessage($"{folder["config.json"]}: the file does not exist");

        FluentAssertions.Specialized.FunctionAssertions<HrmConfig> Reading(string? json)
        {
            File.Delete(folder["config.json"]);
            if (json is not null)
            {
                File.WriteAllText(folder["config.json"], json);
            }

            return FluentActions.Invoking(() => HrmConfigJson.ReadFile(folder["config.json"])).Should();
        }
    }

    private static FluentAssertions.Specialized.ExceptionAssertions<InvalidConfigException> Reading(string json)
    {
        var read = () => HrmConfig.FromJson(json);
        return read.Should().Throw<InvalidConfigException>();
    }

    /// <summary>A valid config with one more field, or another value of a required one.</summary>
    private static string With(string field, string value)
        => field == "seq_len"
            ? $$"""{"seq_len": {{value}}, "vocab_size": 11}"""
            : $$"""{"seq_len": 81, "vocab_size": 11, "{{field}}": {{value}}}""";
}
