using System.CommandLine;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary><c>data arc build</c>: the tasks of ARC-AGI-1, ARC-AGI-2 and ConceptARC with their augmentations.</summary>
internal static class ArcBuildCommand
{
    private static readonly Option<string[]> Source = BuildOptions.Sources("--source", "Folders of tasks: `data` of ARC-AGI, `corpus` of ConceptARC, or a repository around them; the set in a folder named `evaluation` is tested on.");
    private static readonly Option<int> Augment = new("--augment") { Description = "Augmentations of a task, at most; the paper has 1,000.", DefaultValueFactory = _ => 1000 };

    public static Command Create()
    {
        var command = new Command("build", "Build a dataset of ARC tasks.")
        {
            Source, Augment, BuildOptions.Output, BuildOptions.Seed, BuildOptions.Overwrite,
        };
        command.SetAction((result, cancellationToken) => Task.Run(() => Build(result, cancellationToken), CancellationToken.None));
        return command;
    }

    private static void Build(ParseResult result, CancellationToken cancellationToken)
    {
        ArcTaskSet[] sets = [.. (result.GetValue(Source) ?? []).SelectMany(source => ArcTaskFile.ReadSets(ArcFolder.Find(source)))];
        if (sets.Length == 0)
        {
            throw new LabException("--source: expected at least one folder of tasks, got none.");
        }

        var augmentation = new ArcDatasetOptions { Augmentations = result.GetValue(Augment), Seed = result.GetValue(BuildOptions.Seed) };
        var dataset = ArcDataset.Build(sets, augmentation, cancellationToken);
        PuzzleSplit[] splits = [new(NamedDataset.TrainSplit, dataset.Train), new(NamedDataset.TestSplit, dataset.Test)];
        var options = new PuzzleDatasetOptions
        {
            SequenceLength = ArcEncoding.SequenceLength,
            VocabularySize = ArcEncoding.VocabularySize,
            Overwrite = result.GetValue(BuildOptions.Overwrite),
        };
        DatasetOutput.Write(result.GetValue(BuildOptions.Output)!, dataset.Identifiers, splits, options, AnsiConsole.Console, cancellationToken);
    }
}
