namespace Hrm.Puzzles;

/// <summary>
/// Puzzles split by layout: no layout is in both parts, also not turned or mirrored, so no augmentation of a training maze can show a
/// test maze.
/// </summary>
/// <param name="Training">The puzzles to train on.</param>
/// <param name="Test">The puzzles to test on.</param>
public sealed record MazeSplit(IReadOnlyList<MazePuzzle> Training, IReadOnlyList<MazePuzzle> Test)
{
    /// <summary>
    /// Splits puzzles: layouts, in the order in which each comes first, make up the training part until it is full; the rest is the
    /// test part.
    /// </summary>
    /// <param name="puzzles">The puzzles, several of a layout or one.</param>
    /// <param name="trainingPuzzles">
    /// The size of the training part. Where the puzzles of a layout would exceed it, that layout and all after it are test, and the
    /// part stays smaller.
    /// </param>
    /// <returns>The parts; within a part the puzzles of a layout stand together, in the order of <paramref name="puzzles"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A negative size, or more than there are puzzles.</exception>
    public static MazeSplit ByLayout(IReadOnlyList<MazePuzzle> puzzles, int trainingPuzzles)
    {
        ArgumentNullException.ThrowIfNull(puzzles);
        ArgumentOutOfRangeException.ThrowIfNegative(trainingPuzzles);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(trainingPuzzles, puzzles.Count);
        var training = new List<MazePuzzle>(trainingPuzzles);
        var test = new List<MazePuzzle>(puzzles.Count - trainingPuzzles);
        foreach (var layout in puzzles.GroupBy(puzzle => MazeCanonicalForm.Of(puzzle.Question)))
        {
            var fits = test.Count == 0 && training.Count + layout.Count() <= trainingPuzzles;
            (fits ? training : test).AddRange(layout);
        }

        return new MazeSplit(training, test);
    }
}
