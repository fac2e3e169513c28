using System.Text.Json;
using Hrm.Core;
using Hrm.TestKit;

namespace Hrm.Puzzles.Tests;

/// <summary>The recorded ARC datasets and their tasks.</summary>
internal static class RecordedArc
{
    public static string Folder { get; } = RepositoryFolder.Combine("tests", "golden", "datasets", "arc");

    public static IReadOnlyList<ArcTaskSet> Sets() => ArcTaskFile.ReadSets(Path.Combine(Folder, "raw", "data"));

    public static Dictionary<string, ArcTask> Tasks(bool? evaluation = null) =>
        Sets().Where(set => evaluation is null || set.IsEvaluation == evaluation).SelectMany(set => set.Tasks).ToDictionary(task => task.Name);

    public static string[] Identifiers(string dataset)
    {
        using var names = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, dataset, "identifiers.json")));
        return [.. names.RootElement.EnumerateArray().Select(name => name.GetString()!)];
    }

    /// <summary>The puzzles of a split in order, with the label -100 for the recorded 0.</summary>
    public static List<ArcRows> Split(string dataset, string split)
    {
        var identifiers = Identifiers(dataset);
        var inputs = Read("inputs");
        var labels = Array.ConvertAll(Read("labels"), label => label == 0 ? PuzzleBatch.IgnoredLabel : label);
        var ids = Read("puzzle_identifiers");
        var offsets = Read("puzzle_indices");
        return
        [
            .. ids.Select((id, puzzle) => new ArcRows(
                identifiers[id],
                [.. Enumerable.Range(offsets[puzzle], offsets[puzzle + 1] - offsets[puzzle]).Select(row => new PuzzleExample(Row(inputs, row), Row(labels, row), id))])),
        ];

        int[] Read(string array) => RecordedArray.Read(Folder, dataset, split, $"all__{array}.npy");
        static int[] Row(int[] values, int row) => values[(row * ArcEncoding.SequenceLength)..((row + 1) * ArcEncoding.SequenceLength)];
    }

    /// <summary>The puzzles of groups in order.</summary>
    public static List<ArcRows> RowsOf(IEnumerable<PuzzleGroup> groups, IReadOnlyList<string> identifiers) =>
        [.. groups.SelectMany(group => group.Puzzles).Select(puzzle => new ArcRows(identifiers[puzzle.Select(example => example.PuzzleId).Distinct().Single()], puzzle))];
}

/// <summary>Puzzle of a dataset: its id as text, and its examples.</summary>
internal sealed record ArcRows(string Identifier, IReadOnlyList<PuzzleExample> Examples);
