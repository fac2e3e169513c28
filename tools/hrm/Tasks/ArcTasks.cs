using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;

namespace Hrm.Tool;

/// <summary>The tasks that a dataset was built of, read back from its puzzles that were not augmented.</summary>
internal static class ArcTasks
{
    /// <summary>The tasks of the test split, in its order.</summary>
    public static IReadOnlyList<ArcTask> Of(LabDataset test)
    {
        using var train = LabDataset.Open(test.Folder, LabDataset.TrainSplit);
        var demonstrations = Originals(train).GroupBy(puzzle => puzzle.Name).ToDictionary(puzzles => puzzles.Key, puzzles => puzzles.First().Pairs);
        return [.. Originals(test).Select(puzzle => new ArcTask(
            puzzle.Name,
            demonstrations.GetValueOrDefault(puzzle.Name) ?? throw new LabException($"--data: {test.Folder}: expected demonstrations of task {puzzle.Name} in the split {LabDataset.TrainSplit}, got none."),
            puzzle.Pairs))];
    }

    private static IEnumerable<(string Name, ArcPair[] Pairs)> Originals(LabDataset dataset)
    {
        var examples = dataset.Examples;
        for (var puzzle = 0; puzzle < examples.PuzzleIds.Count; puzzle++)
        {
            var id = examples.PuzzleIds[puzzle];
            if (id < dataset.Identifiers.Count && ArcPuzzleId.TryParse(dataset.Identifiers[id], out var parsed) && parsed.Augmentation.IsIdentity)
            {
                var first = examples.PuzzleOffsets[puzzle];
                yield return (parsed.Name, [.. Enumerable.Range(first, examples.PuzzleOffsets[puzzle + 1] - first).Select(example => PairOf(dataset, example))]);
            }
        }
    }

    private static ArcPair PairOf(LabDataset dataset, int example)
    {
        var (inputs, labels) = dataset.Read(example);
        var isKnown = labels.AsSpan().ContainsAnyExcept(PuzzleBatch.IgnoredLabel);
        return new ArcPair(ArcEncoding.Decode(inputs).Grid, isKnown ? ArcEncoding.Decode(labels).Grid : null);
    }
}
