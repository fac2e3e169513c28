using Hrm.Core;
using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Tool.Tests;

/// <summary>The models that the paper's is compared with have the budgets that they claim.</summary>
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
    public void Without_a_hierarchy_the_parameters_are_as_many()
    {
        var parameters = Parameters(Architecture.Hrm);
        Parameters(Architecture.Recurrent).Should().Be(parameters);
        Parameters(Architecture.Direct).Should().Be(parameters);

        // Two of three blocks are H's.
        using var blocks = ReasoningModule.Create(Config, Config.HighLayers, null, _generator);
        Parameters(Architecture.Shared).Should().Be(parameters - blocks.parameters().Sum(parameter => parameter.numel()));
    }

    [Theory]
    [InlineData(Architecture.Hrm, 8)]
    [InlineData(Architecture.Shared, 8)]
    [InlineData(Architecture.Recurrent, 8)]
    [InlineData(Architecture.Direct, 1)]
    public void A_segment_has_as_many_updates(Architecture architecture, int expected)
    {
        using var model = Architectures.Create(architecture, Config, _generator);
        var updates = 0;
        var isPlain = architecture is Architecture.Recurrent or Architecture.Direct;

        // Without a hierarchy H only hands on what L gave, which is no update.
        model.Recurrence.Updated = update => updates += update.IsHigh && isPlain ? 0 : 1;
        using (no_grad())
        {
            model.call(model.InitialCarry(2), _batch);
        }

        updates.Should().Be(expected);
        Architectures.UpdatesOfSegment(Config).Should().Be(8);
    }

    /// <summary>z ← f(z + x): one state is carried, and nothing else.</summary>
    [Theory]
    [InlineData(Architecture.Recurrent)]
    [InlineData(Architecture.Direct)]
    public void A_plain_recurrence_carries_one_state(Architecture architecture)
    {
        using var noGradient = no_grad();
        using var model = Architectures.Create(architecture, Config, _generator);
        using var first = model.call(model.InitialCarry(2), _batch);
        var (other, same) = (model.InitialCarry(2), model.InitialCarry(2));

        // What L carried does not matter, what H carried does.
        using var changedLow = model.call(new HrmCarry(same.High, other.Low + 1), _batch);
        using var changedHigh = model.call(new HrmCarry(other.High + randn_like(other.High), same.Low), _batch);
        changedLow.Logits.allclose(first.Logits, 0, 0).Should().BeTrue();
        changedHigh.Logits.allclose(first.Logits).Should().BeFalse();

        // The carry is one state.
        first.Carry.High.allclose(first.Carry.Low, 0, 0).Should().BeTrue();
    }

    [Theory]
    [InlineData(Architecture.Hrm)]
    [InlineData(Architecture.Shared)]
    [InlineData(Architecture.Recurrent)]
    [InlineData(Architecture.Direct)]
    public void A_saved_model_answers_as_before(Architecture architecture)
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

    /// <summary>Levels that share a module, or have no merge, have fewer values than the config of the HRM; bfloat16 halves the bytes.</summary>
    [Theory]
    [InlineData(Architecture.Hrm)]
    [InlineData(Architecture.Shared)]
    [InlineData(Architecture.Recurrent)]
    [InlineData(Architecture.Direct)]
    public void A_model_is_not_too_large_for_its_own_weights(Architecture architecture)
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
        using var model = Architectures.Create(Architecture.Shared, Config, _generator);
        model.Save(folder.Path);
        File.WriteAllText(folder["training.safetensors"], new string('x', 1 << 20));
        var settings = new RunSettings { Architecture = Architecture.Shared, Model = Config with { LowLayers = 2 } };
        FluentActions.Invoking(() => Architectures.Load(folder.Path, settings, CPU, null)).Should().Throw<UsageException>().WithMessage("settings: expected a model that fits the weights of the run, *");
        FluentActions.Invoking(() => Architectures.RequireRoom(settings, ["nowhere"])).Should().Throw<HrmFileException>().WithMessage("nowhere*");
    }

    [Fact]
    public void Another_dtype_is_refused_where_it_cannot_be_had()
        => FluentActions.Invoking(() => Architectures.Load("nowhere", new RunSettings { Architecture = Architecture.Shared, Model = Config }, CPU, ScalarType.BFloat16))
            .Should().Throw<UsageException>().WithMessage("--dtype: expected Float32*got BFloat16.");

    private long Parameters(Architecture architecture)
    {
        using var model = Architectures.Create(architecture, Config, _generator);
        return model.parameters().Sum(parameter => parameter.numel());
    }
}
