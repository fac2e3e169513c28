using Hrm.Core;
using Hrm.Training;

namespace Hrm.Tool;

/// <summary>A dataset with the names that a report needs. Its owner disposes it.</summary>
/// <param name="Examples">The examples.</param>
/// <param name="Identifiers">The name of each puzzle id; can be empty.</param>
/// <param name="Sources">The source list of each example; empty if the data has none.</param>
/// <param name="Folder">The folder of the dataset; empty for files of puzzles.</param>
/// <param name="Files">The file of each example; <see langword="null"/> for a dataset.</param>
internal sealed record NamedDataset(IPuzzleDataset Examples, IReadOnlyList<string> Identifiers, IReadOnlyList<string> Sources, string Folder = "", IReadOnlyList<string>? Files = null) : IDisposable
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

    /// <summary>Reads files of puzzles into memory.</summary>
    /// <param name="files">The files.</param>
    /// <param name="option">The option that names them, for errors.</param>
    /// <param name="vocabularySize">V.</param>
    /// <param name="read">Reads a file; its second argument receives bad lines, or is <see langword="null"/>.</param>
    /// <param name="skipsBad">Whether bad lines are reported and skipped.</param>
    /// <param name="cancellationToken">Stops between two puzzles.</param>
    /// <exception cref="UsageException">There is no file.</exception>
    public static NamedDataset Read(
        IReadOnlyList<string> files,
        string option,
        int vocabularySize,
        Func<string, Action<HrmFormatException>?, IEnumerable<(string Source, PuzzleExample Example)>> read,
        bool skipsBad,
        CancellationToken cancellationToken)
    {
        if (files.Count == 0)
        {
            throw new UsageException($"{option}: expected at least one file of puzzles, got none.");
        }

        (string File, (string Source, PuzzleExample Example) Puzzle)[] puzzles =
            [.. BadLines.Read(files, (file, skipped) => read(file, skipped).Select(puzzle => (file, puzzle)), skipsBad, cancellationToken)];
        return new NamedDataset(
            new InMemoryPuzzleDataset(puzzles.Select(item => item.Puzzle.Example), vocabularySize),
            [],
            [.. puzzles.Select(item => item.Puzzle.Source)],
            Files: [.. puzzles.Select(item => item.File)]);
    }

    /// <summary>The SHA-256 of the names of the puzzle ids; empty without names.</summary>
    public string IdentifiersHash => (Examples as PuzzleDatasetFolder)?.IdentifiersHash ?? string.Empty;

    /// <summary>Refuses a dataset whose puzzle ids differ from those that a model was trained with.</summary>
    /// <param name="trained">The training data of the model.</param>
    /// <param name="model">The folder of the model.</param>
    public void RequireIdsOf(RunData trained, string model)
    {
        if (trained.IdentifiersHash.Length > 0 && Examples.PuzzleIdCount > 1 && IdentifiersHash != trained.IdentifiersHash)
        {
            var got = IdentifiersHash.Length > 0 ? $"one with {IdentifiersHash}" : "none";
            throw new UsageException($"--data: {Folder}: expected the puzzle ids that {model} was trained with, identifiers.json with the SHA-256 {trained.IdentifiersHash}, got {got}: the same id would mean another puzzle.");
        }
    }

    /// <summary>Returns the source list of an example, or an empty string.</summary>
    public string SourceOf(int example) => Sources.Count > 0 ? Sources[example] : string.Empty;

    /// <summary>Returns the file of an example, or an empty string.</summary>
    public string FileOf(int example) => Files?[example] ?? string.Empty;

    /// <summary>Returns the name of the puzzle of an example, or an empty string.</summary>
    public string IdentifierOf(int example)
    {
        var id = Examples.PuzzleIds[PuzzleOf(example)];
        return id > 0 && id < Identifiers.Count ? Identifiers[id] : string.Empty;
    }

    /// <summary>Returns the index of the puzzle of an example.</summary>
    public int PuzzleOf(int example) => FindIndex(Examples.PuzzleOffsets, example);

    /// <summary>Returns the index of the last ascending offset that is not above a number.</summary>
    public static int FindIndex(IReadOnlyList<int> offsets, int number)
    {
        var (low, high) = (0, offsets.Count - 1);
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            (low, high) = offsets[middle] <= number ? (middle, high) : (low, middle);
        }

        return low;
    }

    /// <summary>Reads the tokens and labels of an example.</summary>
    public (int[] Inputs, int[] Labels) Read(int example)
    {
        var (inputs, labels) = (new int[Examples.SequenceLength], new int[Examples.SequenceLength]);
        Examples.Read(example, inputs, labels);
        return (inputs, labels);
    }

    public void Dispose() => (Examples as IDisposable)?.Dispose();
}

/// <summary>Names of source lists.</summary>
internal static class ListNames
{
    /// <summary>The name for the puzzles of all lists.</summary>
    public const string All = "all";

    /// <summary>Returns whether a text has control characters, which could forge rows of a table.</summary>
    public static bool HasControls(string text) => text.Any(char.IsControl);
}
