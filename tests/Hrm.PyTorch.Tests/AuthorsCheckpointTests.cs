using System.Globalization;
using Hrm.Core;
using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.PyTorch.Tests;

public sealed class AuthorsCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<HrmConfig> Configs => new(
        AuthorsFolder.Config,
        AuthorsFolder.Config with { PositionEncoding = PositionEncoding.Learned },
        AuthorsFolder.Config with { ForwardDtype = ScalarType.BFloat16, PuzzleEmbeddingWidth = 0, PuzzleIdCount = 1 },
        AuthorsFolder.Config with { PuzzleEmbeddingWidth = 24, HighCycles = 3, LowCycles = 5, Expansion = 2.5, RmsNormEpsilon = 1e-6, RopeTheta = 500.5 });

    public static TheoryData<HrmConfig> SharedConfigs => new(
        AuthorsFolder.SharedConfig,
        AuthorsFolder.SharedConfig with { PuzzlePrefixLength = null },
        AuthorsFolder.SharedConfig with { Mixing = TokenMixing.TokenMixer, PositionEncoding = PositionEncoding.None },
        AuthorsFolder.SharedConfig with { PuzzleEmbeddingWidth = 0, PuzzlePrefixLength = null, PuzzleIdCount = 1 });

    [Theory]
    [MemberData(nameof(Configs))]
    public void Checkpoint_loads_bit_for_bit(HrmConfig config)
    {
        using var model = AuthorsFolder.Model(config);
        AuthorsFiles.Write(_folder["run"], model, step: 12);

        using var loaded = AuthorsCheckpoint.Load(_folder["run"], config.SequenceLength);
        loaded.Config.Should().Be(config);
        loaded.ShouldHaveTheWeightsOf(model);
    }

    [Theory]
    [MemberData(nameof(SharedConfigs))]
    public void Model_with_one_module_as_both_levels_loads_saves_and_loads_again(HrmConfig config)
    {
        using var scope = NewDisposeScope();
        using var model = AuthorsFolder.SharedModel(config);
        AuthorsFiles.Write(_folder.Path, model);

        using var checkpoint = AuthorsCheckpoint.Open(_folder.Path, config.SequenceLength);
        checkpoint.HasSharedLevel.Should().BeTrue();
        checkpoint.Config.Should().Be(config);
        using var loaded = AuthorsCheckpoint.Load(_folder.Path, config.SequenceLength);
        ShouldBeTheModel(loaded);
        loaded.Save(_folder["own"]);
        using var again = HrmModel.Load(_folder["own"]);
        ShouldBeTheModel(again);
        using var cast = HrmModel.Load(_folder["own"], forwardDtype: ScalarType.BFloat16);
        cast.Config.ForwardDtype.Should().Be(ScalarType.BFloat16);
        cast.parameters().Count().Should().Be(model.parameters().Count());

        void ShouldBeTheModel(HrmModel other)
        {
            other.ShouldHaveTheWeightsOf(model);
            other.parameters().Count().Should().Be(model.parameters().Count(), "one module is trained as both levels");
            using var batch = PuzzleBatch.Create(new int[3 * config.SequenceLength], new int[3 * config.SequenceLength], new int[3], config.SequenceLength);
            other.call(other.InitialCarry(3), batch).Logits.Equals(model.call(model.InitialCarry(3), batch).Logits).Should().BeTrue();
            other.InitialCarry(1).High.dtype.Should().Be(ScalarType.Float32);
        }
    }

    [Fact]
    public void Step_with_the_largest_number_is_loaded()
    {
        foreach (var step in new[] { 9, 10, 1_000, 0 })
        {
            using var model = AuthorsFolder.Model(AuthorsFolder.Config, seed: (ulong)step);
            AuthorsFiles.Write(_folder.Path, model, step);
        }

        File.Copy(_folder["step_9"], _folder["step_2000_all_preds.0"]);
        File.Copy(_folder["step_9"], _folder["step_03000"]);
        using var expected = AuthorsFolder.Model(AuthorsFolder.Config, seed: 1_000);
        using var loaded = AuthorsCheckpoint.Load(_folder.Path, 5);
        loaded.ShouldHaveTheWeightsOf(expected);

        using var named = AuthorsCheckpoint.Load(_folder["step_9"], 5);
        using var ninth = AuthorsFolder.Model(AuthorsFolder.Config, seed: 9);
        named.ShouldHaveTheWeightsOf(ninth);
    }

    [Fact]
    public void Published_file_names_are_accepted_and_ambiguous_ones_are_listed()
    {
        AuthorsFolder.Write(_folder.Path, AuthorsFolder.Config);
        File.Move(_folder["step_0"], _folder["checkpoint"]);
        AuthorsCheckpoint.Open(_folder.Path, 5).Dispose();
        File.Move(_folder["checkpoint"], _folder["sudoku_step_16"]);
        AuthorsCheckpoint.Open(_folder.Path, 5).Dispose();
        File.Copy(_folder["sudoku_step_16"], _folder["maze_step_16"]);
        FluentActions.Invoking(() => AuthorsCheckpoint.Open(_folder.Path, 5)).Should().Throw<HrmFileException>()
            .WithMessage($"{_folder.Path}: expected one file of weights with the largest step, got maze_step_16, sudoku_step_16: give the path of one of them");
        File.Delete(_folder["maze_step_16"]);
        File.Move(_folder["sudoku_step_16"], _folder["weights.pt"]);
        FluentActions.Invoking(() => AuthorsCheckpoint.Open(_folder.Path, 5)).Should().Throw<HrmFileException>()
            .WithMessage($"{_folder.Path}: expected a file of weights, step_N, NAME_step_N or checkpoint, got all_config.yaml, weights.pt: if one of these is it, give its path");
        AuthorsCheckpoint.Open(_folder["weights.pt"], 5).Dispose();
    }

    [Fact]
    public void Absent_keys_have_the_authors_defaults_and_others_are_ignored()
    {
        AuthorsFolder.Write(_folder.Path, AuthorsFolder.Config with { PuzzleEmbeddingWidth = 0, PuzzleIdCount = 1, ForwardDtype = ScalarType.BFloat16 }, yaml => Without(yaml, "puzzle_emb_ndim", "rms_norm_eps", "rope_theta", "forward_dtype")
            + "  no_ACT_continue: true\n  halt_max_steps: 16\n  halt_exploration_prob: 0.1\n  loss:\n    name: losses@ACTLossHead\nbeta1: 0.9\nrun_name: null\n");
        using var checkpoint = AuthorsCheckpoint.Open(_folder.Path, 5);
        checkpoint.Config.Should().Be(AuthorsFolder.Config with
        {
            PuzzleEmbeddingWidth = 0,
            PuzzleIdCount = 1,
            RmsNormEpsilon = 1e-5,
            RopeTheta = 10000,
            ForwardDtype = ScalarType.BFloat16,
        });
    }

    /// <summary>Without the key a two-level model follows the rule, and a tiny recursive one has 16. 0 means the rule. Shapes come first.</summary>
    [Theory]
    [InlineData(true, "rope", 16, null, 16)]
    [InlineData(true, "rope", 1, "puzzle_emb_len: 0", 1)]
    [InlineData(true, "rope", 3, "puzzle_emb_len: 2", 2)]
    [InlineData(true, "mixer", 3, null, 3)]
    [InlineData(true, "learned", 3, null, 3)]
    [InlineData(false, "rope", 1, null, 1)]
    [InlineData(false, "learned", 1, null, 1)]
    public void Prefix_is_derived_from_shapes_file_and_rule(bool shared, string positions, int stored, string? line, int expected)
    {
        var config = AuthorsFolder.SharedConfig with
        {
            PuzzlePrefixLength = stored == 1 ? null : stored,
            Mixing = positions == "mixer" ? TokenMixing.TokenMixer : TokenMixing.Attention,
            PositionEncoding = positions == "learned" ? PositionEncoding.Learned : PositionEncoding.Rope,
        };
        AuthorsFolder.Write(_folder.Path, config, yaml => $"{Without(yaml, "puzzle_emb_len")}  {line}\n", shared);
        using var checkpoint = AuthorsCheckpoint.Open(_folder.Path, 5);
        checkpoint.Config.PrefixLength.Should().Be(expected);
    }

    [Fact]
    public void Numbers_do_not_depend_on_the_culture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo(string.Empty) { NumberFormat = { NumberDecimalSeparator = ",", NumberGroupSeparator = ".", NegativeSign = "~" } };
            var config = AuthorsFolder.Config with { Expansion = 2.5, RmsNormEpsilon = 2.5e-7, RopeTheta = 1e20 };
            AuthorsFolder.Write(_folder.Path, config);
            using var checkpoint = AuthorsCheckpoint.Open(_folder.Path, 5);
            checkpoint.Config.Should().Be(config);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    public void Dispose() => _folder.Dispose();

    private static string Without(string yaml, params string[] keys)
        => string.Join('\n', yaml.Split('\n').Where(line => !keys.Any(key => line.StartsWith($"  {key}:", StringComparison.Ordinal))));
}
