using Hrm.Training;

namespace Hrm.Tool;

/// <summary>A dataset with the names that a report needs. Has one owner, who disposes it.</summary>
/// <param name="Examples">The examples.</param>
/// <param name="Identifiers">The name of each puzzle id; may be empty.</param>
/// <param name="Sources">The source list of each example; empty where the data does not say.</param>
/// <param name="Folder">The folder of the dataset; empty where the puzzles came from elsewhere.</param>
internal sealed record NamedDataset(IPuzzleDataset Examples, IReadOnlyList<string> Identifiers, IReadOnlyList<string> Sources, string Folder = "") : IDisposable
{
    public const string TrainSplit = "train";
    public const string TestSplit = "test";

    public static NamedDataset Open(string folder, string split)
    {
        if (folder.Length == 0)
        {
            throw new UsageException("--data: expected the folder of a dataset, as `data … build` writes it.");
        }

        var dataset = PuzzleDatasetFolder.Open(folder, split);
        return new NamedDataset(dataset, dataset.Identifiers, [], folder);
    }

    /// <summary>The SHA-256 of the names of the puzzle ids; empty if the data does not name them.</summary>
    public string IdentifiersHash => (Examples as PuzzleDatasetFolder)?.IdentifiersHash ?? string.Empty;

    /// <summary>Refuses puzzles whose ids mean others than those that a model was trained on.</summary>
    /// <param name="trained">The data of the model's training.</param>
    /// <param name="model">The folder of the model.</param>
    public void RequireIdsOf(RunData trained, string model)
    {
        if (trained.IdentifiersHash.Length > 0 && Examples.PuzzleIdCount > 1 && IdentifiersHash != trained.IdentifiersHash)
        {
            var got = IdentifiersHash.Length > 0 ? $"one with {IdentifiersHash}" : "none";
            throw new UsageException($"--data: {Folder}: expected the puzzle ids that {model} was trained with, identifiers.json with the SHA-256 {trained.IdentifiersHash}, got {got}: the same id would mean another puzzle.");
        }
    }

    /// <summary>The source list of an example, or nothing.</summary>
    public string SourceOf(int example) => Sources.Count > 0 ? Sources[example] : string.Empty;

    /// <summary>The name of the puzzle of an example, or nothing.</summary>
    public string IdentifierOf(int example)
    {
        var id = Examples.PuzzleIds[PuzzleOf(example)];
        return id > 0 && id < Identifiers.Count ? Identifiers[id] : string.Empty;
    }

    /// <summary>The number of the puzzle of an example.</summary>
    public int PuzzleOf(int example) => FindPlace(Examples.PuzzleOffsets, example);

    /// <summary>Between which of ascending offsets a number lies.</summary>
    public static int FindPlace(IReadOnlyList<int> offsets, int number)
    {
        var (low, high) = (0, offsets.Count - 1);
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            (low, high) = offsets[middle] <= number ? (middle, high) : (low, middle);
        }

        return low;
    }

    /// <summary>The tokens and labels of an example.</summary>
    public (int[] Inputs, int[] Labels) Read(int example)
    {
        var (inputs, labels) = (new int[Examples.SequenceLength], new int[Examples.SequenceLength]);
        Examples.Read(example, inputs, labels);
        return (inputs, labels);
    }

    public void Dispose() => (Examples as IDisposable)?.Dispose();
}
