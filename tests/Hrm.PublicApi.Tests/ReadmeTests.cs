using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Samples.QuickStart;
using Hrm.TestKit;
using Hrm.Training;
using TorchSharp;

namespace Hrm.PublicApi.Tests;

public sealed class ReadmeTests
{
    [Fact]
    public void The_example_of_the_readme_is_the_compiled_one()
    {
        var region = Region("readme", "samples", "QuickStart", "ReadmeExample.cs")
            .Select(line => line.Replace("Take(steps)", "Take(800)", StringComparison.Ordinal))
            .Select(line => line.Replace("(folder)", "(\"my-model\")", StringComparison.Ordinal));
        var readme = File.ReadAllText(RepositoryFolder.Combine("README.md")).ReplaceLineEndings("\n");

        readme.Should().Contain(string.Join('\n', region));
    }

    [Fact]
    public void The_example_of_the_training_guide_is_the_compiled_one()
        => File.ReadAllText(RepositoryFolder.Combine("docs", "training.md")).ReplaceLineEndings("\n")
            .Should().Contain(string.Join('\n', Region("training", "tests", "Hrm.PublicApi.Tests", "TrainingExample.cs")).TrimEnd());

    [Fact]
    public void The_example_of_the_training_guide_runs_and_goes_on()
    {
        var folder = Directory.CreateTempSubdirectory("hrm-guide").FullName;
        try
        {
            var options = TrainerPresets.Tiny();
            options.TotalSteps = 4;
            TrainingExample.Run(folder, options, CancellationToken.None).Should().BeEquivalentTo(new { Reason = StopReason.Completed, Step = 4L });
            TrainingExample.Run(folder, options, CancellationToken.None).Step.Should().Be(4);
            Directory.GetDirectories(Path.Combine(folder, "checkpoints")).Should().HaveCount(2);
            File.ReadAllLines(Path.Combine(folder, "metrics.jsonl")).Should().HaveCount(2);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_examples_of_the_guide_to_tasks_are_the_compiled_ones()
    {
        var guide = File.ReadAllText(RepositoryFolder.Combine("docs", "tasks.md")).ReplaceLineEndings("\n");
        guide.Should().Contain(string.Join('\n', Region("tasks", "tests", "Hrm.PublicApi.Tests", "TasksExample.cs")).TrimEnd());
        var task = File.ReadAllText(RepositoryFolder.Combine("tests", "Hrm.PublicApi.Tests", "SortingTask.cs")).ReplaceLineEndings("\n");
        guide.Should().Contain(task[task.IndexOf("internal sealed class", StringComparison.Ordinal)..].TrimEnd());
    }

    [Fact]
    public void The_examples_of_the_guide_to_inference_are_the_compiled_ones_and_run()
    {
        var guide = File.ReadAllText(RepositoryFolder.Combine("docs", "inference.md")).ReplaceLineEndings("\n");
        foreach (var mark in (string[])["solve", "think"])
        {
            guide.Should().Contain(string.Join('\n', Region(mark, "tests", "Hrm.PublicApi.Tests", "InferenceExample.cs")).TrimEnd());
        }

        File.ReadAllText(RepositoryFolder.Combine("README.md")).ReplaceLineEndings("\n")
            .Should().Contain(string.Join('\n', Region("solve", "tests", "Hrm.PublicApi.Tests", "InferenceExample.cs")).TrimEnd());
        var old = Environment.CurrentDirectory;
        var folder = Directory.CreateTempSubdirectory("hrm-guide").FullName;
        try
        {
            using var generator = new torch.Generator(1);
            using var model = new HrmModel(HrmPresets.Tiny(16, 6), generator);
            model.Save(Path.Combine(folder, "my-model"));
            Environment.CurrentDirectory = folder;
            InferenceExample.Run();
            using var solver = new HrmSolver(model, new FixedHalting(2));
            InferenceExample.Think(solver, new SudokuTask(SudokuShape.Four).Encode(SudokuGrid.Parse("123.3....1....2.", SudokuShape.Four))).Attempts.Should().Be(9);
        }
        finally
        {
            Environment.CurrentDirectory = old;
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_example_of_the_guide_to_tasks_runs()
    {
        var folder = Directory.CreateTempSubdirectory("hrm-guide").FullName;
        try
        {
            TasksExample.Run(Path.Combine(folder, "mazes")).Should().Be((90 * 8, new SamplerPosition(0, 1)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_example_runs()
    {
        var folder = Directory.CreateTempSubdirectory("hrm-readme").FullName;
        try
        {
            var (puzzle, answer) = ReadmeExample.Run(steps: 3, folder);

            puzzle.Shape.Should().Be(SudokuShape.Four);
            answer.Shape.Should().Be(SudokuShape.Four);
            File.Exists(Path.Combine(folder, "model.safetensors")).Should().BeTrue();
            File.Exists(Path.Combine(folder, "config.json")).Should().BeTrue();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<string> Region(string mark, params string[] file) => File.ReadAllLines(RepositoryFolder.Combine(file))
        .SkipWhile(line => !line.Contains($"<{mark}>", StringComparison.Ordinal)).Skip(1)
        .TakeWhile(line => !line.Contains($"</{mark}>", StringComparison.Ordinal))
        .Select(line => line.Length > 8 ? line[8..] : string.Empty);
}
