using Hrm.Core;
using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Tool.Tests;

/// <summary>The models to compare with the paper's have the same numbers of parameters and updates.</summary>
public sealed class ArchitecturesTests : IDisposable
{
    private static readonly HrmConfig Config = new()
    {
        SequenceLength = 16,
        VocabularySize = 6,
        HighLayers = 2,
        LowLayers = 1,
        HighCycles = 2,
        LowCycles = 3,
        HiddenSize = 32,
        Heads = 2,
        SwiGluInnerWidth = 64,
        ForwardDtype = ScalarType.Float32,
    };

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Generator _generator = new(1);
    private readonly PuzzleBatch _batch = PuzzleBatch.Create([.. Enumerable.Range(0, 32).Select(token => token % 6)], [], [0, 0], 16);

    public void Dispose()
    {
        _batch.Dispose();
        _generator.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Models_without_a_hierarchy_have_the_same_number_of_parameters()
    {
        var parameters = Parameters(Architecture.Hrm);
        Parameters(Architecture.Recurrent).Should().Be(parameters);
        Parameters(Architecture.Direct).Should().Be(parameters);

        // Two of the three blocks belong to H.
        using var blocks = ReasoningModule.Create(Config, Config.HighLayers, null, _generator);
        Parameters(Architecture.Shared).Should().Be(parameters - blocks.parameters().Sum(parameter => parameter.numel()));
    }

    [Theory]
    [InlineData(Architecture.Hrm, 8)]
    [InlineData(Architecture.Shared, 8)]
    [InlineData(Architecture.Recurrent, 8)]
    [InlineData(Architecture.Direct, 1)]
    public void A_segment_has_the_expected_number_of_updates(Architecture architecture, int expected)
    {
        using var model = Architectures.Create(architecture, Config, _generator);
        var updates = 0;
        var isPlain = architecture is Architecture.Recurrent or Architecture.Direct;

        // Without a hierarchy H only returns the state of L, which is not an update.
        model.Recurrence.Updated = update => updates += update.IsHigh && isPlain ? 0 : 1;
        using (no_grad())
        {
            model.call(model.InitialCarry(2), _batch);
        }

        updates.Should().Be(expected);
        Architectures.UpdatesOfSegment(Config).Should().Be(8);
    }

    /// <summary>z ← f(z + x): the carry is one state.</summary>
    [Theory]
    [InlineData(Architecture.Recurrent)]
    [InlineData(Architecture.Direct)]
    public void A_plain_recurrence_carries_one_state(Architecture architecture)
    {
        using var noGradient = no_grad();
        using var model = Architectures.Create(architecture, Config, _generator);
        using var first = model.call(model.InitialCarry(2), _batch);
        var (other, same) = (model.InitialCarry(2), model.InitialCarry(2));

        // The result depends only on the state of H.
        using var changedLow = model.call(new HrmCarry(same.High, other.Low + 1), _batch);
        using var changedHigh = model.call(new HrmCarry(other.High + randn_like(other.High), same.Low), _batch);
        changedLow.Logits.allclose(first.Logits, 0, 0).Should().BeTrue();
        changedHigh.Logits.allclose(first.Logits).Should().BeFalse();

        // Both states of the carry are the same.
        first.Carry.High.allclose(first.Carry.Low, 0, 0).Should().BeTrue();
    }

    [Theory]
    [InlineData(Architecture.Hrm)]
    [InlineData(Architecture.Shared)]
    [InlineData(Architecture.Recurrent)]
    [InlineData(Architecture.Direct)]
    public void A_loaded_model_gives_the_same_output(Architecture architecture)
    {
        using var noGradient = no_grad();
        using var folder = new TemporaryFolder();
        using var model = Architectures.Create(architecture, Config, _generator);
        model.Save(folder.Path);

        using var loaded = Architectures.Load(folder.Path, new RunSettings { Architecture = architecture, Model = Config }, CPU, null);

        using var expected = model.call(model.InitialCarry(2), _batch);
        using var got = loaded.call(loaded.InitialCarry(2), _batch);
        got.Logits.allclose(expected.Logits, 0, 0).Should().BeTrue();
        got.QHalt.allclose(expected.QHalt, 0, 0).Should().BeTrue();
    }

    /// <summary>Shared modules and modules without a merge have fewer values than the config of the HRM; bfloat16 halves the bytes.</summary>
    [Theory]
    [InlineData(Architecture.Hrm)]
    [InlineData(Architecture.Shared)]
    [InlineData(Architecture.Recurrent)]
    [InlineData(Architecture.Direct)]
    public void A_model_fits_its_own_weights(Architecture architecture)
    {
        using var folder = new TemporaryFolder();
        var settings = new RunSettings { Architecture = architecture, Model = Config with { HighLayers = 8, Merge = StateMerge.Gated } };
        using var model = Architectures.Create(architecture, settings.Model, _generator);
        model.Save(folder["stored"], ScalarType.BFloat16);
        Directory.CreateDirectory(folder["linked"]);
        foreach (var name in (string[])["config.json", "model.safetensors"])
        {
            File.CreateSymbolicLink(folder["linked", name], folder["stored", name]);
        }

        using var loaded = Architectures.Load(folder["linked"], settings, CPU, null);

        loaded.parameters().Sum(parameter => parameter.numel()).Should().Be(model.parameters().Sum(parameter => parameter.numel()));
        Architectures.RequireRoom(settings, ["nowhere", folder["linked"]]);
    }

    [Fact]
    public void A_model_of_more_values_than_its_weights_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var model = Architectures.Create(Architecture.Recurrent, Config, _generator);
        model.Save(folder.Path);
        File.WriteAllText(folder["training.safetensors"], new string('x', 1 << 20));
        var settings = new RunSettings { Architecture = Architecture.Recurrent, Model = Config with { LowLayers = 2 } };
        FluentActions.Invoking(() => Architectures.Load(folder.Path, settings, CPU, null)).Should().Throw<UsageException>().WithMessage("settings: expected a model that fits the weights of the run, *");
        FluentActions.Invoking(() => Architectures.RequireRoom(settings, ["nowhere"])).Should().Throw<HrmFileException>().WithMessage("nowhere*");
    }

    [Theory]
    [InlineData(Architecture.Shared)]
    [InlineData(Architecture.Recurrent)]
    public void A_model_is_loaded_in_another_dtype(Architecture architecture)
    {
        using var folder = new TemporaryFolder();
        using var model = Architectures.Create(architecture, Config, _generator);
        model.Save(folder.Path);
        using var loaded = Architectures.Load(folder.Path, new RunSettings { Architecture = architecture, Model = Config }, CPU, ScalarType.BFloat16);

        using var output = loaded.call(loaded.InitialCarry(2), _batch);
        output.Logits.dtype.Should().Be(ScalarType.BFloat16);
        loaded.state_dict()["lm_head.weight"].Equals(model.state_dict()["lm_head.weight"]).Should().BeTrue();
    }

    /// <summary>The cycles of the settings and those of the saved config differ: the model would compute something else.</summary>
    [Fact]
    public void Settings_of_another_model_are_refused()
    {
        using var folder = new TemporaryFolder();
        using var model = Architectures.Create(Architecture.Recurrent, Config, _generator);
        model.Save(folder.Path);
        var settings = new RunSettings { Architecture = Architecture.Recurrent, Model = Config with { LowCycles = Config.LowCycles + 1 } };
        FluentActions.Invoking(() => Architectures.Load(folder.Path, settings, CPU, null)).Should().Throw<HrmFormatException>()
            .WithMessage("is of another model: there \"H_cycles\": 8, here \"H_cycles\": 10; the config is *config.json");
    }

    private long Parameters(Architecture architecture)
    {
        using var model = Architectures.Create(architecture, Config, _generator);
        return model.parameters().Sum(parameter => parameter.numel());
    }
}
