namespace Hrm.Puzzles;

/// <summary>Puzzles for training and for testing.</summary>
/// <param name="training">The puzzles for training.</param>
/// <param name="test">The puzzles for testing.</param>
public sealed class MazeSplit(IReadOnlyList<MazePuzzle> training, IReadOnlyList<MazePuzzle> test)
{
    /// <summary>The puzzles for training.</summary>
    public IReadOnlyList<MazePuzzle> Training { get; } = training;

    /// <summary>The puzzles for testing.</summary>
    public IReadOnlyList<MazePuzzle> Test { get; } = test;

    /// <summary>
    /// Splits puzzles so that no layout is in both parts, rotated or reflected ones included. Augmentation of a training maze can then
    /// not produce a test maze.
    /// </summary>
    /// <param name="puzzles">The puzzles; a layout may occur several times.</param>
    /// <param name="trainingPuzzles">
    /// The size of the training part. It takes layouts in the order of their first puzzles, up to the first layout that does not fit.
    /// </param>
    /// <returns>The parts; within a part the puzzles of a layout are together, in the order of <paramref name="puzzles"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative or exceeds the number of puzzles.</exception>
    public static MazeSplit ByLayout(IReadOnlyList<MazePuzzle> puzzles, int trainingPuzzles)
    {
        ArgumentNullException.ThrowIfNull(puzzles);
        ArgumentOutOfRangeException.ThrowIfNegative(trainingPuzzles);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(trainingPuzzles, puzzles.Count);
        var training = new List<MazePuzzle>(trainingPuzzles);
        var test = new List<MazePuzzle>(puzzles.Count - trainingPuzzles);
        foreach (var layout in puzzles.GroupBy(puzzle => puzzle.Question.Layout.ToCanonical()))
        {
            var fits = test.Count == 0 && training.Count + layout.Count() <= trainingPuzzles;
            (fits ? training : test).AddRange(layout);
        }

        return new MazeSplit(training, test);
    }
}
