using Hrm.Core;

namespace Hrm.Training.Tests;

/// <summary>Datasets in which every token of example e is e.</summary>
internal static class MadeUpDatasets
{
    public const int SequenceLength = 3;

    /// <summary>A dataset from the number of examples of each puzzle of each group; the id of puzzle p is p.</summary>
    public static InMemoryPuzzleDataset Of(params int[][] exampleCounts)
    {
        var puzzle = 0;
        var example = 0;
        var groups = new List<PuzzleGroup>();
        foreach (var group in exampleCounts)
        {
            var puzzles = new List<IReadOnlyList<PuzzleExample>>();
            foreach (var count in group)
            {
                puzzles.Add([.. Enumerable.Range(0, count).Select(_ => Example(example++, puzzle))]);
                puzzle++;
            }

            groups.Add(new PuzzleGroup(puzzles));
        }

        return new InMemoryPuzzleDataset(groups, vocabularySize: example + 1, puzzleIdCount: puzzle);
    }

    /// <summary>Up to eight groups of up to four puzzles of up to five examples.</summary>
    public static InMemoryPuzzleDataset Random(Random random) => Of(
    [
        .. Enumerable.Range(0, random.Next(1, 9)).Select(_ => Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(1, 6)).ToArray()),
    ]);

    private static PuzzleExample Example(int number, int puzzleId)
        => new([number, number, number], [number, PuzzleBatch.IgnoredLabel, number], puzzleId);
}
