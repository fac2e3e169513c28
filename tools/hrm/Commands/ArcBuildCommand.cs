using System.CommandLine;
using Hrm.Puzzles;

namespace Hrm.Tool;

/// <summary><c>data arc build</c>: builds a dataset from the tasks of ARC-AGI-1, ARC-AGI-2 and ConceptARC with their augmentations.</summary>
internal static class ArcBuildCommand
{
    private static readonly Option<string[]> Source = CommonOptions.Files(
        "--source",
        "One or more folders of tasks: `data` of ARC-AGI, `corpus` of ConceptARC, or a repository around them. The tasks in a folder named `evaluation` are for testing.");

    private static readonly Option<int> Augment = new("--augment") { Description = "The maximum number of augmentations per task; 1,000 in the paper.", DefaultValueFactory = _ => 1000 };

    public static Command Create() => DatasetOutput.CreateCommand("Build a dataset of ARC tasks.", [Source, Augment], Build);

    private static void Build(ParseResult result, CancellationToken cancellationToken)
    {
        ArcTaskSet[] sets = [.. (result.GetValue(Source) ?? []).SelectMany(source => ArcTaskFile.ReadSets(ArcFolder.Find(source)))];
        if (sets.Length == 0)
        {
            throw new UsageException("--source: expected at least one folder of tasks, got none.");
        }

        var options = new ArcDatasetOptions { Augmentations = result.GetValue(Augment), Seed = result.GetValue(DatasetOutput.Seed) };
        var dataset = ArcDataset.Build(sets, options, cancellationToken);
        DatasetOutput.Write(result, dataset.Identifiers, ArcEncoding.SequenceLength, ArcEncoding.VocabularySize, dataset.Train, dataset.Test, cancellationToken);
    }
}
