using System.CommandLine;
using Hrm.Puzzles;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary><c>data arc build</c>: builds a dataset from ARC tasks with their augmentations.</summary>
internal static class ArcBuildCommand
{
    private static readonly Option<string[]> TestFrom = CommonOptions.Files(
        "--test-from", "The sets for testing: their names, files or folders; by default those named `evaluation` or `test`. Their demonstrations are for training.");

    private static readonly Option<int> Augment = new("--augment") { Description = "The maximum number of augmentations per task; 1,000 in the paper.", DefaultValueFactory = _ => 1000 };

    private static readonly Option<int> Canvas = new("--canvas") { Description = "The number of rows and columns of the canvas, which every grid must fit; 30 in the paper.", DefaultValueFactory = _ => ArcEncoding.Side };

    public static Command Create() => DatasetOutput.CreateCommand("Build a dataset of ARC tasks.", [ArcSources.Source, TestFrom, ArcSources.MaxSide, CommonOptions.SkipBad, Augment, Canvas], Build);

    private static void Build(ParseResult result, CancellationToken cancellationToken)
    {
        if (result.GetValue(ArcSources.Source) is not { Length: > 0 } sources)
        {
            throw new UsageException("--source: expected at least one file or folder of tasks, got none.");
        }

        var testFrom = result.GetValue(TestFrom);
        var sets = ArcSources.Read(result, sources, testFrom is { Length: > 0 } ? testFrom : null, isTraining: true);
        foreach (var set in sets)
        {
            AnsiConsole.Console.WriteLine($"{set.Name}: {Words.Count(set.Tasks.Count, "task")} for {(set.IsEvaluation ? "testing" : "training")}");
        }

        if (!sets.Any(set => set.IsEvaluation))
        {
            throw new UsageException($"--test-from: expected at least one set for testing, got none; name one of {string.Join(", ", sets.Select(set => set.Name).Distinct())}.");
        }

        var options = new ArcDatasetOptions { Augmentations = result.GetValue(Augment), Canvas = result.GetValue(Canvas), Seed = result.GetValue(DatasetOutput.Seed) };
        var dataset = ArcDataset.Build(sets, options, cancellationToken);
        DatasetOutput.Write(result, dataset.Identifiers, options.Canvas * options.Canvas, ArcEncoding.VocabularySize, dataset.Train, dataset.Test, cancellationToken);
    }
}
