using Hrm.TestKit;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

/// <summary>A model around modules of the caller: its kind in the config, and a function that creates it to be loaded.</summary>
public sealed class OwnModulesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Generator _generator = new(1);

    public void Dispose()
    {
        _generator.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_config_names_the_modules()
    {
        using var both = Create(TinyModel.Config);
        both.Config.Should().Be(TinyModel.Config with { Modules = "ToyLevel" });
        both.Config.ToJson().Should().Contain("  \"modules\": \"ToyLevel\",");

        using var named = Create(TinyModel.Config with { Modules = "a name of mine" });
        named.Config.Modules.Should().Be("a name of mine");

        using var mixed = new HrmModel(TinyModel.Config, ReasoningModule.Create(TinyModel.Config, 1, null, _generator), new ToyLevel("l", 0.5f, []), _generator);
        mixed.Config.Modules.Should().Be("ReasoningModule, ToyLevel");

        var level = ReasoningModule.Create(TinyModel.Config, 2, null, _generator);
        using var shared = new HrmModel(TinyModel.Config, level, level, _generator);
        shared.Config.Modules.Should().BeNull("the model loads without a function");
        TinyModel.Config.ToJson().Should().NotContain("modules");
    }

    [Fact]
    public void Missing_modules_are_rejected()
        => FluentActions.Invoking(() => new HrmModel(TinyModel.Config, new ToyLevel("h", 1, []), null!, _generator)).Should().Throw<ArgumentNullException>();

    [Fact]
    public void A_config_of_other_modules_does_not_describe_a_model()
        => FluentActions.Invoking(() => new HrmModel(TinyModel.Config with { Modules = "Mine" }, _generator)).Should().Throw<InvalidConfigException>()
            .WithMessage("model config: Modules: expected none, *, got 'Mine': pass yours to the other constructor.");

    [Theory]
    [InlineData(null)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Load_takes_a_function_that_creates_the_model(ScalarType? dtype)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = Create(TinyModel.Config, weight: 0.25f);
        model.Save(_folder["model"]);
        var given = new List<HrmConfig>();

        using var loaded = HrmModel.Load(_folder["model"], forwardDtype: dtype, create: config =>
        {
            given.Add(config);
            return Create(config);
        });

        given.Should().Equal(model.Config with { ForwardDtype = dtype ?? ScalarType.Float32 });
        loaded.Config.Should().Be(given[0]);
        loaded.HasOwnModules.Should().BeTrue();
        loaded.state_dict()["L_level.weight"].item<float>().Should().Be(0.25f);
        loaded.state_dict()["H_init"].Equals(model.state_dict()["H_init"].to_type(given[0].ForwardDtype)).Should().BeTrue();
        loaded.state_dict()["lm_head.weight"].Equals(model.state_dict()["lm_head.weight"]).Should().BeTrue();
    }

    [Fact]
    public void Bfloat16_states_become_float32()
    {
        using var scope = NewDisposeScope();
        using var model = Create(TinyModel.Config with { ForwardDtype = ScalarType.BFloat16 });
        model.Save(_folder["model"]);
        using var loaded = HrmModel.Load(_folder["model"], forwardDtype: ScalarType.Float32, create: Create);
        loaded.state_dict()["H_init"].Equals(model.state_dict()["H_init"].to_type(ScalarType.Float32)).Should().BeTrue();
    }

    [Fact]
    public void A_folder_of_unknown_modules_says_how_to_load_it()
    {
        Save();
        FluentActions.Invoking(() => HrmModel.Load(_folder["model"])).Should().Throw<HrmFormatException>().WithMessage(
            $"{_folder["model/config.json"]}: has modules of the kind 'ToyLevel', which are not the library's: pass a function that creates the model, HrmModel.Load(folder, create: config => …)");
    }

    /// <summary>As written before configs named the modules.</summary>
    [Fact]
    public void A_folder_that_does_not_name_its_modules_is_loaded_with_a_function()
    {
        Save();
        File.WriteAllText(_folder["model/config.json"], TinyModel.Config.ToJson());
        using var loaded = HrmModel.Load(_folder["model"], create: Create);
        loaded.Config.Modules.Should().Be("ToyLevel");
    }

    [Fact]
    public void A_model_of_another_config_is_refused_and_freed()
    {
        Save();
        HrmConfig[] others =
        [
            TinyModel.Config with { SequenceLength = 6 },
            TinyModel.Config with { VocabularySize = 8 },
            TinyModel.Config with { HighCycles = 3 },
            TinyModel.Config with { ForwardDtype = ScalarType.BFloat16 },
            TinyModel.Config with { Modules = "Others" },
        ];
        foreach (var other in others)
        {
            HrmModel? created = null;
            FluentActions.Invoking(() => HrmModel.Load(_folder["model"], create: _ => created = Create(other))).Should().Throw<HrmFormatException>()
                .WithMessage("is of another model: there \"*, here \"*; the config is *config.json");
            created!.Invoking(it => it.InitialCarry(1)).Should().Throw<ObjectDisposedException>();
        }

        FluentActions.Invoking(() => HrmModel.Load(_folder["model"], create: _ => null!)).Should().Throw<ArgumentException>().WithParameterName("create");
        FluentActions.Invoking(() => HrmModel.Load(_folder["model"], create: _ => throw new TimeoutException())).Should().Throw<TimeoutException>();
    }

    /// <summary>Embeddings of gigabytes, described by a config beside a few kilobytes of weights.</summary>
    [Fact]
    public void A_greedy_config_is_refused_before_the_function_is_called()
    {
        Save();
        HrmConfig[] greedy =
        [
            TinyModel.Config with { VocabularySize = 65536, Modules = "ToyLevel" },
            TinyModel.Config with { PuzzleIdCount = 1 << 27, Modules = "ToyLevel" },
            TinyModel.Config with { HiddenSize = 65536, Modules = "ToyLevel" },
        ];
        foreach (var config in greedy)
        {
            File.WriteAllText(_folder["model/config.json"], config.ToJson());
            FluentActions.Invoking(() => HrmModel.Load(_folder["model"], create: _ => throw new TimeoutException())).Should().Throw<HrmFormatException>()
                .WithMessage("*expected the * values of the config beside it, got *");
        }
    }

    [Fact]
    public void Solvers_and_services_take_the_function()
    {
        Save();
        var options = new SolverOptions { MaxSegments = 2, Rule = HaltingRule.Never };
        using var solver = HrmSolver.Load(_folder["model"], options, create: Create);
        using var services = new ServiceCollection()
            .AddHrmSolver(it => (it.Folder, it.Limits) = (_folder["model"], options))
            .AddSingleton<Func<HrmConfig, HrmModel>>(Create)
            .BuildServiceProvider();

        int[] tokens = [1, 2, 3, 4, 5];
        services.GetRequiredService<HrmSolver>().Solve(tokens).Should().BeEquivalentTo(solver.Solve(tokens));
    }

    private void Save()
    {
        using var model = Create(TinyModel.Config);
        model.Save(_folder["model"]);
    }

    private HrmModel Create(HrmConfig config) => Create(config, 0.5f);

    private HrmModel Create(HrmConfig config, float weight) => new(config, new ToyLevel("h", weight, []), new ToyLevel("l", weight, []), _generator);
}
