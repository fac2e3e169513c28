using System.CommandLine;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary><c>data arc build</c>: the tasks of ARC-AGI-1, ARC-AGI-2 and ConceptARC with their augmentations.</summary>
internal static class ArcBuildCommand
{
    private static readonly Option<string[]> Source = BuildOptions.Sources("--source", "Folders of tasks: `data` of ARC-AGI, `corpus` of ConceptARC, or the archive of a repository; the set in a folder named `evaluation` is tested on.");
    private static readonly Option<int> Augment = new("--augment") { Description = "Augmentations of a task, at most; the paper has 1,000.", DefaultValueFactory = _ => 1000 };

    public static Command Create()
    {
        var command = new Command("build", "Build a dataset of ARC tasks.")
        {
            Source, Augment, BuildOptions.Output, BuildOptions.Seed, BuildOptions.Overwrite, BuildOptions.Cache,
        };
        command.SetAction((result, cancellationToken) => Task.Run(() => BuildAsync(result, cancellationToken), CancellationToken.None));
        return command;
    }

    private static async Task BuildAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var sets = new List<ArcTaskSet>();
        using (var sources = new SourceReader(AnsiConsole.Console, result.GetValue(BuildOptions.Cache)))
        {
            foreach (var source in result.GetValue(Source) ?? [])
            {
                sets.AddRange(ArcTaskFile.ReadSets(ArcFolder.Find(await sources.PathOfAsync(source, cancellationToken), source)));
            }
        }

        if (sets.Count == 0)
        {
            throw new LabException("--source: expected at least one folder of tasks, got none.");
        }

        var builder = new ArcDatasetBuilder(new ArcDatasetOptions
        {
            Augmentations = result.GetValue(Augment),
            Seed = result.GetValue(BuildOptions.Seed),
        });
        var dataset = builder.Build(sets, cancellationToken);
        PuzzleSplit[] splits = [new(LabDataset.TrainSplit, dataset.Train), new(LabDataset.TestSplit, dataset.Test)];
        var options = new PuzzleDatasetOptions
        {
            SequenceLength = ArcEncoding.SequenceLength,
            VocabularySize = ArcEncoding.VocabularySize,
            Overwrite = result.GetValue(BuildOptions.Overwrite),
        };
        DatasetOutput.Write(result.GetValue(BuildOptions.Output)!, dataset.Identifiers, splits, options, AnsiConsole.Console, cancellationToken);
    }
}
