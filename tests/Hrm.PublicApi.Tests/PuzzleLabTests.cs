using System.Text.RegularExpressions;
using Hrm.TestKit;

namespace Hrm.PublicApi.Tests;

/// <summary>The command line as a person uses it: in a process of its own.</summary>
public sealed class PuzzleLabTests : IDisposable
{
    private const string Puzzle = ".7.9.8..4.....263.134.6.....8.3.4...3......2...5..6713867.1.9....9....725.3.79...";

    private static readonly string Data = RepositoryFolder.Combine("samples", "data");

    private readonly string _folder = Directory.CreateTempSubdirectory("hrm-lab").FullName;

    [Fact]
    public void Evaluate_prints_the_numbers_of_the_trainings_last_evaluation()
    {
        var test = Path.Combine(_folder, "test.csv");
        File.WriteAllLines(test, File.ReadLines(Path.Combine(Data, "sudoku_easy_test.csv")).Take(41));
        var run = Path.Combine(_folder, "run");

        var training = LabProcess.Run("train", "sudoku", "--train", Path.Combine(Data, "sudoku_easy_train.csv"), "--test", test, "--steps", "12",
            "--output", run, "--set", "Trainer:GlobalBatchSize=16", "--set", "Trainer:WarmupSteps=2", "--set", "Model:HiddenSize=64");
        var evaluation = LabProcess.Run("evaluate", "sudoku", "--run", run, "--test", test);
        var solving = LabProcess.Run("solve", "sudoku", "--run", run, "--segments", "3", Puzzle);

        var exported = Path.Combine(_folder, "exported");
        var export = LabProcess.Run("export", "--run", run, "--output", exported);
        var again = LabProcess.Run("evaluate", "sudoku", "--run", exported, "--test", test);

        training.Code.Should().Be(0, training.Output);
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
            (["train", "sudoku", "--train", easy, "--test", easy, "--output", _folder, "--steps", "1", "--set", "Trainer:LearningRat=1"], "LearningRat"),
            (["train", "sudoku", "--train", easy, "--test", easy, "--output", _folder, "--steps", "1", "--set", "Trainer:LearningRate=-1", "--set", "Trainer:WarmupSteps=-2"], "WarmupSteps: expected"),
            (["train", "sudoku", "--train", "nowhere.csv", "--test", easy, "--output", _folder, "--steps", "1"], "nowhere.csv"),
            (["train", "sudoku", "--train", easy, "--test", easy, "--output", _folder], "either --minutes or --steps"),
            (["train", "sudoku", "--train", easy, "--test", easy, "--steps", "1"], "--output: expected the folder"),
            (["train", "sudoku", "--test", easy, "--output", _folder, "--steps", "1"], "--train: expected at least one CSV file"),
            (["train", "sudoku", "--train", easy, "--test", easy, "--output", _folder, "--steps", "1", "--set", "Run:CheckpointInterval=0"], "CheckpointInterval: expected 1"),
            (["train", "sudoku", "--train", easy, "--test", easy, "--output", _folder, "--steps", "1", "--set", "Threads=1"], "--set Threads: does nothing at the start of a run; use --threads"),
            (["train", "sudoku", "--train", easy, "--test", easy, "--output", _folder, "--steps", "1", "--init", "nowhere"], "nowhere"),
            (["train", "sudoku", "--resume", _folder], "run.json"),
            (["evaluate", "sudoku", "--run", _folder, "--test", easy], "run.json"),
            (["solve", "sudoku", "--run", _folder, "--segments", "2", "12"], "81"),
            (["export", "--run", _folder, "--output", _folder], "--output: expected another folder"),
        ];
        foreach (var (arguments, named) in mistakes)
        {
            var (code, output) = LabProcess.Run(arguments);
            code.Should().Be(1, output);
            LabProcess.InOneLine(output).Should().Contain(named).And.NotContain("   at ");
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string LastTable(string output) => string.Join('\n', output.Split('\n').Where(line => line.Contains('│')).TakeLast(6));
}
