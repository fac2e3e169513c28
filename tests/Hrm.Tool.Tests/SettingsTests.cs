using System.Text.Json.Nodes;
using Hrm.Core;
using Hrm.TestKit;
using Hrm.Training;
using TorchSharp;

namespace Hrm.Tool.Tests;

/// <summary>Settings of presets, files, command lines and runs.</summary>
public sealed class SettingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Keys_of_a_file_and_of_the_command_line_replace_those_of_the_preset()
    {
        File.WriteAllText(_folder["settings.json"], """
            {
              // Names of C# and of the JSON file of the model, in any case.
              "trainer": { "LearningRate": 0.5, "Optimizer": { "Kind": "adamw" } },
              "Model": { "HiddenSize": 64, "L_cycles": 3, "forward_dtype": "Float32" },
              "Data": { "Train": ["only.csv"] },
            }
            """);
        var settings = SettingsReader.Read(Preset(), _folder["settings.json"], ["Trainer:LearningRate=0.25", "Model:swigluinnerwidth=32", "Data:Test=[\"x.csv\",\"z.csv\"]", "Augmentation:Symmetries=False"]);

        settings.Trainer.LearningRate.Should().Be(0.25);
        settings.Trainer.Optimizer.Kind.Should().Be(OptimizerKind.AdamW);
        settings.Model.Should().Be(Preset().Model with { HiddenSize = 64, LowCycles = 3, SwiGluInnerWidth = 32, ForwardDtype = torch.ScalarType.Float32 });
        settings.Data.Train.Should().Equal("only.csv");
        settings.Data.Test.Should().Equal("x.csv", "z.csv");
        settings.Augmentation.Symmetries.Should().BeFalse();
    }

    [Fact]
    public void A_written_file_is_whole_and_replaces_what_a_killed_process_left()
    {
        File.WriteAllText(_folder["run.json.new"], "half of an older and longer file");
        WholeFiles.Write(_folder["run.json"], "whole");
        _folder.FileNames().Should().Equal("run.json");
        File.ReadAllText(_folder["run.json"]).Should().Be("whole");
    }

    [Theory]
    [InlineData("Trainer:LearningRat=1", "--set: Trainer:LearningRat: expected one of *, LearningRate, *.")]
    [InlineData("Trainr:LearningRate=1", "--set: Trainr: expected one of Task, Architecture, Model, Trainer, *.")]
    [InlineData("Trainer=1", "--set: Trainer: expected a group of settings, got \"1\".")]
    [InlineData("Seed:Low=1", "settings: Seed: expected a whole number, got {\"Low\":\"1\"}.")]
    [InlineData("Trainer:LearningRate=fast", "settings: Trainer:LearningRate: expected a number, got \"fast\".")]
    [InlineData("Model:HiddenSize=99999999999", "settings: Model:hidden_size: expected a whole number of at most 2147483647, got \"99999999999\".")]
    [InlineData("Trainer:GradientMode=7", "settings: Trainer:GradientMode: expected OneStep, LastCycle, FullUnroll, got \"7\".")]
    [InlineData("Architecture=", "settings: Architecture: expected Hrm, *, got \"\".")]
    [InlineData("Trainer:LearningRate=-1", "settings: LearningRate: expected a finite number of at least 0, got -1.")]
    [InlineData("Data:Train=x.csv", "settings: Data:Train: expected a list of texts, got \"x.csv\".")]
    [InlineData("Data:Train=[x", "--set: *")]
    [InlineData("Threads=4097", "settings: Threads: expected 0 to 4096, got 4097.")]
    [InlineData("EvaluationBatchSize=2000000000", "settings: EvaluationBatchSize: expected 1 to *")]
    [InlineData("LearningRate", "--set: expected KEY=VALUE, *")]
    public void An_invalid_key_or_value_is_an_error(string setting, string message)
        => FluentActions.Invoking(() => SettingsReader.Read(Preset(), null, [setting])).Should().Throw<UsageException>().WithMessage(message);

    [Fact]
    public void The_mixing_of_a_preset_is_replaced_and_the_older_key_of_a_run_is_read()
    {
        var grid = SettingsReader.Read(Preset(), null, ["Model:Mixing=convolution", "Model:KernelSize=5", "Model:PredictionFeedback=true"]);
        grid.Model.Should().Be(Preset().Model with { Mixing = TokenMixing.Convolution, KernelSize = 5, PredictionFeedback = true });
        var rotary = SettingsReader.Read(Preset(), null, ["Model:Mixing=Attention", "Model:PositionEncoding=Rope2d"]);
        rotary.Model.RotaryBase.Should().Be(10);

        var run = RunFolder.ToJson(grid);
        ((JsonObject)run["Model"]!).Remove("mixing");
        run["Model"]!["mlp_t"] = true;
        File.WriteAllText(_folder["run.json"], run.ToJsonString());
        new RunFolder(_folder.Path).ReadSettings().Model.Mixing.Should().Be(TokenMixing.TokenMixer);
        run["Model"]!["mixing"] = "Convolution";
        FluentActions.Invoking(() => RunFolder.FromJson(run, "run.json")).Should().Throw<UsageException>()
            .WithMessage("run.json: expected mixing and mlp_t to agree, got convolution and true*");
    }

    [Theory]
    [InlineData("""{ "Trainer": { "LearningRat": 1 } }""", "*settings.json: Trainer:LearningRat: expected one of *, LearningRate, *.")]
    [InlineData("""{ "Trainer": null }""", "*settings.json: Trainer: expected a group of settings, got null.")]
    [InlineData("""{ "Trainer": [] }""", "*settings.json: Trainer: expected a group of settings, got [].")]
    [InlineData("""{ "Data": { "Train": null } }""", "settings: Data:Train: expected a list of texts, got null.")]
    [InlineData("""{ "Data": { "Train": [null] } }""", "settings: Data, InitialWeights: expected paths, got 'null'.")]
    [InlineData("""{ "InitialWeights": "a\u0000b" }""", "settings: Data, InitialWeights: expected paths, got 'a\\u0000b'.")]
    [InlineData("""{ "Task": null }""", "settings: Task: expected a text, got null.")]
    [InlineData("""{ "Task": "chess" }""", "task: expected sudoku, maze, arc, got 'chess'.")]
    [InlineData("""{ "Seed": 1, "Seed": 2 }""", "*settings.json: *Seed*")]
    [InlineData("""{ "Task": "\ud800" }""", "*settings.json: *")]
    [InlineData("""{ "\udc00": 1 }""", "*settings.json: *")]
    [InlineData("{ \"Model\": { \"HiddenSize\": 64, \"hidden_size\": 32 } }", "*settings.json: Model:hidden_size: expected each setting once, got Model:HiddenSize too.")]
    [InlineData("{ \"Seed\": 1, \"seed\": 2 }", "*settings.json: seed: expected each setting once, got Seed too.")]
    [InlineData("[]", "*settings.json: expected a JSON object, got another value.")]
    [InlineData("{", "*settings.json: *")]
    public void An_invalid_file_is_an_error(string text, string message)
    {
        File.WriteAllText(_folder["settings.json"], text);
        FluentActions.Invoking(() => SettingsReader.Read(Preset(), _folder["settings.json"], [])).Should().Throw<UsageException>().WithMessage(message);
    }

    [Fact]
    public void A_device_or_pipe_is_refused()
    {
        if (!OperatingSystem.IsWindows())
        {
            FluentActions.Invoking(() => SettingsReader.Read(Preset(), "/dev/zero", [])).Should().Throw<UsageException>().WithMessage("/dev/zero: *got an empty file, a device or a pipe.");
            using var make = System.Diagnostics.Process.Start("mkfifo", [_folder["pipe"]]);
            make.WaitForExit();
            File.CreateSymbolicLink(_folder["run.json"], "pipe");
            FluentActions.Invoking(() => new RunFolder(_folder.Path).ReadSettings()).Should().Throw<UsageException>().WithMessage("*run.json: *got an empty file, a device or a pipe.");
        }
    }

    [Fact]
    public void Settings_of_options_are_refused()
    {
        var initial = Preset();
        FluentActions.Invoking(() => SettingsReader.RequireSame(initial, SettingsReader.Read(initial, null, ["Data:Train=[\"x.csv\"]"])))
            .Should().Throw<UsageException>().WithMessage("--config, --set: Data does nothing at the start of a run; use the options of the command.");
        SettingsReader.RequireSame(initial, SettingsReader.Read(initial, null, ["Seed=4"]));
    }

    /// <summary>Every setting, except those that change only what is reported and kept.</summary>
    [Theory]
    [InlineData("Augmentation:HintProbability=0", "Augmentation:HintProbability was 0.75, is 0")]
    [InlineData("Augmentation:Symmetries=false", "Augmentation:Symmetries was true, is false")]
    [InlineData("Trainer:LearningRate=0.5", "Trainer:LearningRate was 0.002, is 0.5")]
    [InlineData("Trainer:Halting:MaxSegments=16", "Trainer:Halting:MaxSegments was 8, is 16")]
    [InlineData("Model:HighCycles=3", "Model:H_cycles was 2, is 3")]
    [InlineData("Model:Merge=Gated", "Model:merge was not set, is \"Gated\"")]
    [InlineData("Trainer:GradientMode=OneStep", "Trainer:GradientMode was \"LastCycle\", is \"OneStep\"")]
    [InlineData("Seed=2", "Seed was 1, is 2")]
    [InlineData("Threads=2", "Threads was 1, is 2")]
    [InlineData("Device=cuda:0", "Device was not set, is \"cuda:0\"")]
    [InlineData("AllowTensorFloat32=true", "AllowTensorFloat32 was not set, is true")]
    [InlineData("EpochsPerIteration=3", "EpochsPerIteration was 10, is 3")]
    [InlineData("Data:Train=[\"a.csv\",\"x.csv\"]", "Data:Train was [\"a.csv\",\"b.csv\"], is [\"a.csv\",\"x.csv\"]")]
    [InlineData("Run:Patience=1", "Run:Patience was 0, is 1")]
    [InlineData("KeepCheckpoints=9", null)]
    [InlineData("Evaluations=9", null)]
    [InlineData("Run:CheckpointInterval=9", null)]
    [InlineData("PrefetchBatches=0", null)]
    [InlineData("Trainer:LearningRate=0.002", null)]
    public void A_change_of_the_result_is_found(string setting, string? change)
        => SettingsReader.FindChanges(Preset(), SettingsReader.Read(Preset(), null, [setting])).Should().Equal(change is null ? [] : [change]);

    /// <summary>An early stop depends on the measurements, and so on their intervals.</summary>
    [Fact]
    public void Intervals_change_the_result_of_a_run_with_rules_of_stopping()
    {
        var run = Preset();
        run.Run.Patience = 3;
        SettingsReader.FindChanges(run, SettingsReader.Read(run, null, ["Evaluations=9"])).Should().Equal("Evaluations was 4, is 9");
        SettingsReader.FindChanges(Preset(), SettingsReader.Read(Preset(), null, ["Run:ReportInterval=9", "KeepCheckpoints=9"]), isMeasured: true).Should().ContainSingle().Which.Should().StartWith("Run:ReportInterval was ");
    }

    [Fact]
    public void Settings_of_a_run_are_read_as_they_were_written()
    {
        var run = Preset();
        (run.Device, run.AllowTensorFloat32, run.Data.Folder) = ("cuda:0", true, "a, b");
        new RunFolder(_folder.Path).Save(run);
        SettingsReader.FindChanges(run, new RunFolder(_folder.Path).ReadSettings()).Should().BeEmpty();
    }

    /// <summary>A smaller machine cannot use the threads, but its command line can set others.</summary>
    [Fact]
    public void A_run_of_a_larger_machine_is_read()
    {
        var run = Preset();
        run.Threads = 4096;
        new RunFolder(_folder.Path).Save(run);
        new RunFolder(_folder.Path).ReadSettings().Threads.Should().Be(4096);
    }

    [Theory]
    [InlineData("run", true)]
    [InlineData("run/checkpoints/step-1", true)]
    [InlineData("run/checkpoints/step-1/", true)]
    [InlineData("run/exports/small", false)]
    [InlineData("run/exports", false)]
    public void A_checkpoint_belongs_to_the_run_that_holds_it(string model, bool hasRun)
    {
        Directory.CreateDirectory(_folder["run"]);
        new RunFolder(_folder["run"]).Save(Preset());
        RunFolder.OfModel(_folder[model])?.Path.Should().Be(hasRun ? _folder["run"] : null);
        (RunFolder.OfModel(_folder[model]) is not null).Should().Be(hasRun);
    }

    private static RunSettings Preset() => new()
    {
        Model = HrmPresets.Tiny(16, 6),
        Trainer = { LearningRate = 0.002, GradientMode = GradientMode.LastCycle, Halting = { MaxSegments = 8 } },
        Augmentation = { HintProbability = 0.75 },
        Threads = 1,
        Data = new RunData { Train = ["a.csv", "b.csv"], Test = ["a.csv", "b.csv"] },
    };
}
