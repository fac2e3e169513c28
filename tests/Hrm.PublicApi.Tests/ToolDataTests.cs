using System.Text.RegularExpressions;
using Hrm.TestKit;
using Hrm.Training;

namespace Hrm.PublicApi.Tests;

/// <summary>Datasets from the command line: built, checked, shown, trained on and evaluated. The documents' commands do the same for Sudokus and mazes.</summary>
public sealed class ToolDataTests : IDisposable
{
    private static readonly string Data = RepositoryFolder.Combine("samples", "data");
    private static readonly string[] FewSteps = ["--steps", "2", "--threads", "1", "--set", "Trainer:GlobalBatchSize=2", "--set", "Model:HiddenSize=32", "--set", "Trainer:WarmupSteps=1", "--set", "Evaluations=1", "--set", "Trainer:Halting:MaxSegments=2"];

    private readonly string _folder = Directory.CreateTempSubdirectory("hrm-tool-data").FullName;

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(9)]
    public void Sudokus_are_generated_with_one_solution(int side)
    {
        Run("data", "sudoku", "build", "--count", "40", "--test-count", "10", "--side", $"{side}", "--output", Folder("generated")).Should().Contain("train: 30 groups").And.Contain("test: 10 groups");
        Run("data", "sudoku", "check", "--data", Folder("generated"), "--disjoint").Should().Contain("no fault found");
    }

    [Fact]
    public void Arc_tasks_are_augmented_trained_on_and_voted_for()
    {
        Run("data", "arc", "build", "--source", Path.Combine(Data, "arc_agi_1", "data"), "--augment", "2", "--output", Folder("arc"))
            .Should().Contain("train: 40 groups, 120 puzzles").And.Contain("test: 20 groups, 60 puzzles");
        Run("data", "arc", "check", "--data", Folder("arc")).Should().Contain("no fault found");
        Run("data", "arc", "show", "--data", Folder("arc"), "--html", Folder("arc.html")).Should().Contain("example 0, ");
        Run(["train", "arc", "--data", Folder("arc"), "--output", Folder("run"), .. FewSteps]);
        Run("evaluate", "arc", "--model", Folder("run"), "--threads", "1", "--submission", Folder("submission.json")).Should().Contain("tasks solved").And.Contain("of 20");
        File.ReadAllText(Folder("submission.json")).Should().StartWith("{\"").And.Contain("attempt_2");

        // Built again with another seed, the same ids mean other variants.
        Run("data", "arc", "build", "--source", Path.Combine(Data, "arc_agi_1", "data"), "--augment", "2", "--seed", "2", "--overwrite", "--output", Folder("arc"));
        foreach (var (expected, arguments) in new (int, string[])[]
        {
            (2, ["evaluate", "arc", "--model", Folder("run")]),
            (1, ["train", "arc", "--resume", Folder("run")]),
            (2, ["train", "arc", "--data", Folder("arc"), "--output", Folder("second"), "--init", Folder("run"), .. FewSteps]),
            (2, ["train", "arc", "--data", Folder("arc"), "--output", Folder("second"), "--init", Path.Combine(Folder("run"), "checkpoints", "step-000000000002"), .. FewSteps]),
        })
        {
            var (code, output) = ToolProcess.Run(arguments);
            code.Should().Be(expected, output);
            ToolProcess.InOneLine(output).Should().Contain("puzzle ids").And.Contain("SHA-256").And.NotContain("   at ");
        }
    }

    /// <summary>A repository has a folder around its tasks, and other tasks beside the corpus.</summary>
    [Fact]
    public void The_tasks_of_a_repository_are_found()
    {
        Directory.CreateDirectory(Path.Combine(Folder("ConceptARC-main"), "editor"));
        foreach (var task in Directory.EnumerateFiles(Path.Combine(Data, "concept_arc", "corpus"), "*.json", SearchOption.AllDirectories))
        {
            foreach (var folder in (string[])[Path.Combine("corpus", Path.GetFileName(Path.GetDirectoryName(task)!)), "MinimalTasks"])
            {
                File.Copy(task, Path.Combine(Directory.CreateDirectory(Path.Combine(Folder("ConceptARC-main"), folder)).FullName, Path.GetFileName(task)));
            }
        }

        Run("data", "arc", "build", "--source", Path.Combine(Data, "arc_agi_1", "data"), "--source", Folder("ConceptARC-main"), "--augment", "1", "--output", Folder("arc"))
            .Should().Contain("train: 72 groups").And.Contain("test: 20 groups");
    }

    [Fact]
    public void A_test_example_away_from_the_origin_and_a_strange_variant_are_found()
    {
        Run("data", "arc", "build", "--source", Path.Combine(Data, "arc_agi_1", "data"), "--augment", "1", "--output", Folder("arc"));
        var identifiers = File.ReadAllText(Path.Combine(Folder("arc"), "identifiers.json"));
        var augmented = Regex.Match(identifiers, "\"(\\w+)_t(\\d)_(\\d+)\"");
        var other = augmented.Groups[2].Value == "6" ? "7" : "6";
        File.WriteAllText(Path.Combine(Folder("arc"), "identifiers.json"), identifiers.Replace(augmented.Value, $"\"{augmented.Groups[1]}_t{other}_{augmented.Groups[3]}\""));
        var inputs = Path.Combine(Folder("arc"), "test", "all__inputs.npy");
        var bytes = File.ReadAllBytes(inputs);
        bytes.AsSpan(128, 900 - 1).ToArray().CopyTo(bytes, 129);
        bytes[128] = 0;
        File.WriteAllBytes(inputs, bytes);

        var (code, output) = ToolProcess.Run("data", "arc", "check", "--data", Folder("arc"));
        code.Should().Be(3, output);
        ToolProcess.InOneLine(output).Should().Contain("test, example 0: expected the output at row 0, column 1").And.Contain("got none when turned back from");
    }

    [Fact]
    public void A_fault_in_a_dataset_is_located()
    {
        Run("data", "maze", "build", "--count", "5", "--size", "8", "--output", Folder("mazes"));
        var labels = Path.Combine(Folder("mazes"), "train", "all__labels.npy");
        var bytes = File.ReadAllBytes(labels);
        bytes[^1] = bytes[^1] == 1 ? (byte)2 : (byte)1;
        File.WriteAllBytes(labels, bytes);
        var (code, output) = ToolProcess.Run("data", "maze", "check", "--data", Folder("mazes"));
        code.Should().Be(3, output);
        ToolProcess.InOneLine(output).Should().Contain("train, example 3: ").And.Contain("1 example with a fault");

        bytes[^1] = 9;
        File.WriteAllBytes(labels, bytes);
        (code, output) = ToolProcess.Run("data", "maze", "check", "--data", Folder("mazes"));
        code.Should().Be(3, output);
        ToolProcess.InOneLine(output).Replace(" ", "").Should().Contain("all__labels.npy").And.Contain("9");
    }

    [Fact]
    public void Mistakes_are_named_and_leave_nothing_behind()
    {
        var maze = Path.Combine(Data, "maze_30x30_hard_test.csv");
        (int Code, string[] Arguments, string Named)[] mistakes =
        [
            (2, ["data", "maze", "build", "--output", Folder("new")], "--train: expected at least one file of puzzles"),
            (2, ["data", "maze", "build", "--count", "1", "--output", Folder("new")], "--count: expected at least 2"),
            (2, ["data", "maze", "build", "--count", "5", "--train", maze, "--output", Folder("new")], "either --count or --train"),
            (1, ["data", "maze", "build", "--train", maze, "--test", Path.Combine(Data, "sudoku_easy_test.csv"), "--output", Folder("new")], "line 2"),
            (2, ["data", "maze", "build", "--count", "5", "--size", "8", "--min-path", "5", "--output", Folder("new")], "--min-path: expected 8 to 64"),
            (2, ["data", "maze", "build", "--train", maze, "--test", maze, "--size", "30", "--output", Folder("new")], "--size: does nothing without --count"),
            (2, ["data", "sudoku", "build", "--train", maze, "--test", maze, "--givens", "30", "--output", Folder("new")], "--givens: does nothing without --count"),
            (2, ["data", "sudoku", "build", "--count", "9", "--side", "12", "--output", Folder("new")], "--side: expected at most"),
            (2, ["data", "sudoku", "build", "--count", "9", "--augment", "2147483647", "--output", Folder("new")], "Augmentations: expected 0 … 100000"),
            (2, ["train", "sudoku", "--data", Folder("new"), "--side", "9", "--output", Folder("new"), "--steps", "1"], "--side: does nothing with --data"),
            (1, ["data", "sudoku", "build", "--train", "nowhere.csv", "--test", "nowhere.csv", "--output", Folder("new")], "nowhere.csv"),
            (1, ["data", "arc", "check", "--data", Folder("new")], "new"),
            (1, ["data", "maze", "show", "--data", Folder("new")], "new"),
            (2, ["train", "maze", "--output", Folder("new"), "--steps", "1"], "--train: expected at least one file of puzzles, got none"),
        ];
        foreach (var (expected, arguments, named) in mistakes)
        {
            var (code, output) = ToolProcess.Run(arguments);
            code.Should().Be(expected, output);
            ToolProcess.InOneLine(output).Should().Contain(named).And.NotContain("   at ");
        }

        Directory.EnumerateFileSystemEntries(_folder).Should().BeEmpty();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Run(params string[] arguments)
    {
        var (code, output) = ToolProcess.Run(arguments);
        code.Should().Be(0, output);
        return output;
    }

    private string Folder(string name) => Path.Combine(_folder, name);
}
