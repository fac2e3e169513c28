using Hrm.Core;
using Hrm.TestKit;
using TorchSharp;

namespace Hrm.Tool.Tests;

/// <summary>Commands open runs, checkpoints of runs, saved models and checkpoints of the authors' code alike.</summary>
public sealed class ModelSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HrmModel _model = ToolRun.CreateModel();

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("run")]
    [InlineData("run/checkpoints/step-000000000001")]
    [InlineData("saved")]
    [InlineData("authors")]
    [InlineData("authors/step_3")]
    public async Task Every_command_takes_every_kind_of_model(string name)
    {
        var (puzzles, path) = (ToolRun.WritePuzzles(_folder), Write(name));

        (await ToolProcess.RunAsync("evaluate", "sudoku", "--model", path, "--test", puzzles, "--segments", "2", "--dtype", "float32")).ShouldBeDone();
        (await ToolProcess.RunAsync("solve", "sudoku", ToolRun.Question, "--model", path, "--segments", "2")).Output.Should().Contain("solved after 2 segments");
        var length = name.StartsWith("authors", StringComparison.Ordinal) ? ["--sequence-length", "81"] : Array.Empty<string>();
        (await ToolProcess.RunAsync(["export", "--model", path, "--output", _folder["exported"], "--dtype", "float32", .. length])).ShouldBeDone();
        (await ToolRun.TrainAsync(puzzles, _folder["next"], "--init", path, "--steps", "1",
            "--set", "Trainer:LearningRate=0", "--set", "Trainer:PuzzleLearningRate=0", "--set", "Trainer:EmaDecay=0")).ShouldBeDone();

        foreach (var result in (string[])["exported", "next"])
        {
            using var loaded = HrmModel.Load(_folder[result]);
            loaded.Config.Should().Be(_model.Config, result);
            foreach (var (key, tensor) in loaded.state_dict())
            {
                tensor.allclose(_model.state_dict()[key], 0, 0).Should().BeTrue($"{key} of {result}");
            }
        }

        File.Exists(_folder["exported", "run.json"]).Should().Be(name.StartsWith("run", StringComparison.Ordinal), "only a run has settings of its training");
    }

    /// <summary>One module as both levels: there are no tensors of H.</summary>
    [Fact]
    public async Task Training_starts_with_a_shared_module()
    {
        var (config, puzzles) = (ToolRun.Config with { PuzzlePrefixLength = 3 }, ToolRun.WritePuzzles(_folder));
        using var generator = new torch.Generator(1);
        using var shared = Architectures.Create(Architecture.Shared, config, generator);
        AuthorsFiles.Write(_folder["trm"], shared);

        (await ToolRun.TrainAsync(puzzles, _folder["run"], "--init", _folder["trm"], "--steps", "1")).ShouldBeDone();

        var settings = new RunFolder(_folder["run"]).ReadSettings();
        (settings.Architecture, settings.Model).Should().Be((Architecture.Shared, config));
    }

    [Fact]
    public void A_model_without_a_run_gets_the_papers_segments_and_the_rule_of_its_Q_head()
    {
        _model.Save(_folder["saved"]);
        using var untrained = new torch.Generator(1);
        using var halting = new HrmModel(ToolRun.Config, untrained);
        halting.Save(_folder["halting"]);

        var source = ModelSource.Open(_folder["saved"]);
        var settings = source.CreateSettings(ToolTask.Of("maze"), sequenceLength: 0);

        (settings.Task, settings.Model, settings.Trainer.Halting.MaxSegments, settings.EvaluationBatchSize).Should().Be(("maze", _model.Config, 16, 50));
        source.RuleOf(_model).Should().Be(HaltingRule.HaltOverContinue);
        ModelSource.Open(_folder["halting"]).RuleOf(halting).Should().Be(HaltingRule.HaltPositive);
    }

    [Fact]
    public async Task What_is_not_a_model_of_the_command_is_named()
    {
        var puzzles = ToolRun.WritePuzzles(_folder);
        foreach (var name in (string[])["run", "saved", "authors"])
        {
            Write(name);
        }

        Directory.CreateDirectory(_folder["empty"]);
        _model.Save(_folder["broken"]);
        File.WriteAllText(_folder["broken", "config.json"], "{ \"seq_len\": -1, \"vocab_size\": 11 }");
        (string[] Arguments, string Message)[] mistakes =
        [
            (["solve", "sudoku", ToolRun.Question, "--model", _folder["empty"]], "*empty: expected a run (run.json), a model (config.json, model.safetensors) or a checkpoint of the authors' code (all_config.yaml), got none of these files."),
            (["solve", "sudoku", ToolRun.Question, "--model", puzzles], "*puzzles.csv: expected a run*"),
            (["solve", "sudoku", ToolRun.Question, "--model", _folder["nowhere"]], "*nowhere: expected a run*, got nothing of this name*"),
            (["evaluate", "sudoku", "--model", _folder["broken"], "--test", puzzles], "*broken?config.json*seq_len*"),
            (["evaluate", "sudoku", "--model", _folder["saved"]], "--test: expected at least one file of puzzles, got none."),
            (["evaluate", "maze", "--model", _folder["saved"]], "--test: expected at least one file of puzzles, got none."),
            (["evaluate", "arc", "--model", _folder["saved"]], "--data: expected the folder of a dataset*"),
            (["evaluate", "maze", "--model", _folder["run"]], "*: expected a run of maze, got one of sudoku."),
            (["export", "--model", _folder["authors"], "--output", _folder["exported"]], "--sequence-length: expected the number of tokens per puzzle*"),
            (["export", "--model", _folder["saved"], "--output", _folder["exported"], "--sequence-length", "81"], "--sequence-length: does nothing*"),
            (["train", "sudoku", "--train", puzzles, "--test", puzzles, "--output", _folder["next"], "--steps", "1", "--new-ids"], "--new-ids: does nothing without --init; leave it out."),
            (["train", "sudoku", "--train", puzzles, "--test", puzzles, "--output", _folder["next"], "--steps", "1", "--init", WriteOther()], "--init: expected a model for the puzzles, 81 tokens of 11 values and 1 id, got *other for 16 tokens of 11 values and 3 ids; --new-ids gives*"),
            (["train", "sudoku", "--train", puzzles, "--test", puzzles, "--output", _folder["next"], "--steps", "1", "--init", _folder["saved"], "--freeze", "head"], "--freeze: expected all or the beginning of a parameter's name (*lm_head*), got 'head'."),
            (["train", "sudoku", "--train", puzzles, "--test", puzzles, "--output", _folder["last"], "--steps", "1", "--preset", "tiny", "--freeze", "all"], "--freeze: expected a parameter or a puzzle embedding to train*"),
        ];
        foreach (var (arguments, message) in mistakes)
        {
            (await ToolProcess.RunAsync(arguments)).ShouldFail(message);
        }
    }

    private string WriteOther()
    {
        using var other = ToolRun.CreateModel(ToolRun.Config with { SequenceLength = 16, PuzzleIdCount = 3 });
        other.Save(_folder["other"]);
        return _folder["other"];
    }

    private string Write(string name)
    {
        switch (name.Split('/')[0])
        {
            case "run":
                Directory.CreateDirectory(_folder["run"]);
                new RunFolder(_folder["run"]).Save(new RunSettings { Model = _model.Config });
                _model.Save(_folder[name.Split('/')]);
                break;
            case "authors":
                AuthorsFiles.Write(_folder["authors"], _model, step: 3);
                break;
            default:
                _model.Save(_folder[name]);
                break;
        }

        return _folder[name.Split('/')];
    }
}
