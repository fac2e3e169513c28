using System.Text.RegularExpressions;
using Hrm.TestKit;

namespace Hrm.PublicApi.Tests;

/// <summary>The command line in a separate process, as a user runs it.</summary>
public sealed class ToolTests : IDisposable
{
    private const string Puzzle = ".7.9.8..4.....263.134.6.....8.3.4...3......2...5..6713867.1.9....9....725.3.79...";

    private static readonly string Data = RepositoryFolder.Combine("samples", "data");

    private readonly string _folder = Directory.CreateTempSubdirectory("hrm-tool").FullName;

    [Fact]
    public void Evaluate_prints_the_numbers_of_the_trainings_last_evaluation()
    {
        var test = Path.Combine(_folder, "test.csv");
        File.WriteAllLines(test, File.ReadLines(Path.Combine(Data, "sudoku_easy_test.csv")).Take(41));
        var run = Path.Combine(_folder, "run");

        var training = ToolProcess.Run("train", "sudoku", "--train", Path.Combine(Data, "sudoku_easy_train.csv"), "--test", test, "--steps", "12",
            "--output", run, "--set", "Trainer:GlobalBatchSize=16", "--set", "Trainer:WarmupSteps=2", "--set", "Model:HiddenSize=64");
        var evaluation = ToolProcess.Run("evaluate", "sudoku", "--model", run, "--test", test);
        var solving = ToolProcess.Run("solve", "sudoku", "--model", run, "--segments", "3", Puzzle);

        var exported = Path.Combine(_folder, "exported");
        var export = ToolProcess.Run("export", "--model", run, "--output", exported);
        var again = ToolProcess.Run("evaluate", "sudoku", "--model", exported, "--test", test);

        training.Code.Should().Be(0, training.Output);
        training.Output.Split('\n').Should().Contain(line => line.StartsWith("step ") && line.Contains("halting after"), "lines are not wrapped outside of a terminal");
        export.Code.Should().Be(0, export.Output);
        LastTable(again.Output).Should().Be(LastTable(training.Output), "the model computes in bfloat16 anyway");
        new FileInfo(Path.Combine(exported, "model.safetensors")).Length.Should().BeLessThan(new FileInfo(Path.Combine(run, "model.safetensors")).Length * 6 / 10);
        evaluation.Code.Should().Be(0, evaluation.Output);
        LastTable(evaluation.Output).Should().NotBeEmpty().And.Be(LastTable(training.Output));
        solving.Code.Should().BeOneOf([0, 3], solving.Output);
        Regex.Count(solving.Output, @"segment \d").Should().Be(3);
        File.ReadAllLines(Path.Combine(run, "metrics.jsonl")).Should().HaveCount(5).And.OnlyContain(line => line.StartsWith('{'));
        Directory.GetFiles(Path.Combine(run, "tensorboard")).Should().ContainSingle().Which.Should().Contain("tfevents");
    }

    [Fact]
    public void Mistakes_are_named_without_a_stack_trace()
    {
        var easy = Path.Combine(Data, "sudoku_easy_test.csv");
        (string[] Arguments, string Named)[] mistakes =
        [
            (["train", "sudoku", "--train", easy, "--test", easy, "--output", _folder, "--steps", "1", "--preset", "huge"], "--preset: expected small, tiny"),
            (["train", "sudoku", "--train", "nowhere.csv", "--test", easy, "--output", _folder, "--steps", "1"], "nowhere.csv"),
            (["train", "sudoku", "--train", easy, "--test", easy, "--output", _folder], "either --minutes or --steps"),
            (["train", "sudoku", "--train", easy, "--test", easy, "--steps", "1"], "--output: expected the folder"),
            (["train", "sudoku", "--test", easy, "--output", _folder, "--steps", "1"], "--train: expected at least one file of puzzles"),
            (["train", "sudoku", "--train", easy, "--test", easy, "--output", _folder, "--steps", "1", "--set", "Run:CheckpointInterval=0"], "CheckpointInterval: expected 1"),
            (["train", "sudoku", "--train", easy, "--test", easy, "--output", _folder, "--steps", "1", "--set", "Threads=3"], "--config, --set: Threads does nothing at the start of a run; use the options"),
            (["train", "sudoku", "--train", easy, "--test", easy, "--output", _folder, "--steps", "1", "--init", "nowhere"], "nowhere"),
            (["train", "sudoku", "--train", easy, "--test", easy, "--output", _folder, "--steps", "1", "--config", _folder], _folder),
            (["train", "sudoku", "--train", easy, "--test", easy, "--output", _folder, "--steps", "1", "--allow-changes"], "--allow-changes: does nothing without --resume"),
            (["train", "sudoku", "--resume", _folder], "run.json: expected the settings of a run, got no such file; train a model first."),
            (["evaluate", "sudoku", "--model", _folder, "--test", easy], "expected a run (run.json), a model (config.json, model.safetensors) or a checkpoint of the authors' code (all_config.yaml), got none of these files."),
            (["export", "--model", _folder, "--output", _folder], "--output: expected another folder"),
        ];
        foreach (var (arguments, named) in mistakes)
        {
            var (code, output, errors) = ToolProcess.RunApart(arguments);
            code.Should().Be(named.StartsWith("nowhere", StringComparison.Ordinal) ? 1 : 2, errors);
            output.Should().BeEmpty();
            errors.Should().StartWith("error: ").And.Contain(named);
            errors.Split('\n').Should().HaveCount(2, "an error is one line, however long");
        }
    }

    /// <summary>A resumed run with other settings would have another result.</summary>
    [Fact]
    public void A_run_is_resumed_with_its_own_settings_unless_other_ones_are_allowed()
    {
        var test = Path.Combine(_folder, "a,b.csv");
        File.WriteAllLines(test, File.ReadLines(Path.Combine(Data, "sudoku_easy_test.csv")).Take(5));
        var config = Path.Combine(_folder, "config.json");
        File.WriteAllText(config, """{ "Trainer": { "LearningRate": 0.5 } }""");
        var run = Path.Combine(_folder, "run");
        var training = ToolProcess.RunApart("train", "sudoku", "--train", test, test, "--test", test, "--steps", "1", "--threads", "1", "--preset", "tiny", "--output", run, "--set", "Trainer:GlobalBatchSize=2", "--set", "Evaluations=1", "--set", "Trainer:Halting:MaxSegments=1");
        training.Code.Should().Be(0, training.Errors);
        training.Errors.Should().Contain("8 training examples, 4 test examples, 1 step");
        training.Output.Should().Contain("after 1 step, 1 segment:");

        (string[] Change, string Named)[] changes =
        [
            (["--set", "Augmentation:HintProbability=0.5"], "Augmentation:HintProbability was 0, is 0.5"),
            (["--config", config], "Trainer:LearningRate was"),
            (["--threads", "2"], "Threads was 1, is 2"),
            (["--tf32"], "AllowTensorFloat32 was not set, is true"),
        ];
        foreach (var (change, named) in changes)
        {
            var refused = ToolProcess.RunApart(["train", "sudoku", "--resume", run, .. change]);
            refused.Code.Should().Be(2);
            refused.Errors.Should().StartWith("error: --resume: expected the settings of the run, got others").And.Contain(named);
        }

        var allowed = ToolProcess.RunApart("train", "sudoku", "--resume", run, "--set", "Trainer:TotalSteps=2", "--allow-changes");
        allowed.Code.Should().Be(0, allowed.Errors);
        allowed.Errors.Should().Contain("differs from the interrupted run: Trainer:TotalSteps was 1, is 2");
        ToolProcess.RunApart("train", "sudoku", "--resume", run, "--set", "KeepCheckpoints=9").Code.Should().Be(0);

        // The training is complete, so nothing continues.
        var model = Path.Combine(run, "model.safetensors");
        File.Delete(model);
        Directory.CreateDirectory(Path.Combine(model, "in the way"));
        var finished = ToolProcess.RunApart("train", "sudoku", "--resume", run);
        finished.Code.Should().Be(1, finished.Output);
        finished.Errors.Should().Contain("model.safetensors").And.NotContain("training continues");
        finished.Output.Should().NotContain("could not be written");
        var last = ToolProcess.RunApart("train", "sudoku", "--resume", run, "--set", "Trainer:TotalSteps=4", "--set", "Run:EvaluationInterval=1", "--allow-changes");
        last.Code.Should().Be(1, last.Output);
        Regex.Count(last.Errors, "; training continues\n").Should().Be(1, "only the first of the two evaluations is followed by a step");
    }

    [Fact]
    public void The_version_is_that_of_the_library()
    {
        var version = System.Reflection.CustomAttributeExtensions.GetCustomAttribute<System.Reflection.AssemblyInformationalVersionAttribute>(typeof(Hrm.Core.HrmModel).Assembly)!.InformationalVersion;
        ToolProcess.RunApart("--version").Output.Trim().Should().Be(version).And.NotStartWith("1.0.0");
    }

    /// <summary>The report goes to the log, and the error is one line.</summary>
    [Fact]
    public void A_divergence_is_reported_once()
    {
        var easy = Path.Combine(Data, "sudoku_easy_test.csv");
        var (code, output, errors) = ToolProcess.RunApart("train", "sudoku", "--train", easy, "--test", easy, "--steps", "40", "--threads", "1", "--preset", "tiny", "--output", Path.Combine(_folder, "run"),
            "--set", "Trainer:GlobalBatchSize=2", "--set", "Trainer:WarmupSteps=0", "--set", "Trainer:LearningRate=1e30", "--set", "Evaluations=1", "--set", "Run:CheckpointInterval=1000");
        code.Should().Be(1, errors);
        Regex.Count(errors, "puzzle ids in work:").Should().Be(1);
        output.Should().NotContain("diverged");
        errors.Split('\n').Should().ContainSingle(line => line.StartsWith("error: ")).Which.Should().StartWith("error: training: expected a finite loss and gradient, got step ").And.NotContain("u000a");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string LastTable(string output) => string.Join('\n', output.Split('\n').Where(line => line.Contains('│')).TakeLast(6));
}
