using Hrm.Puzzles;

namespace Hrm.Tool;

/// <summary>
/// Training and test puzzles. After <see cref="ByLayout"/> no layout is in both parts, including rotations and reflections, so no
/// augmentation of a training maze can give a test maze.
/// </summary>
/// <param name="training">The training puzzles.</param>
/// <param name="test">The test puzzles.</param>
internal sealed class MazeSplit(IReadOnlyList<MazePuzzle> training, IReadOnlyList<MazePuzzle> test)
{
    /// <summary>The training puzzles.</summary>
    public IReadOnlyList<MazePuzzle> Training { get; } = training ?? throw new ArgumentNullException(nameof(training));

    /// <summary>The test puzzles.</summary>
    public IReadOnlyList<MazePuzzle> Test { get; } = test ?? throw new ArgumentNullException(nameof(test));

    /// <summary>
    /// Splits puzzles by layout: layouts, in the order of their first puzzles, fill the training part; the rest is the test part.
    /// </summary>
    /// <param name="puzzles">The puzzles; several can have the same layout.</param>
    /// <param name="trainingPuzzles">
    /// The size of the training part. A layout whose puzzles would exceed it and all later layouts are test puzzles; the training part
    /// is then smaller.
    /// </param>
    /// <returns>The parts, in which puzzles of the same layout follow each other in the order of <paramref name="puzzles"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A negative size, or one above the number of puzzles.</exception>
    public static MazeSplit ByLayout(IReadOnlyList<MazePuzzle> puzzles, int trainingPuzzles)
    {
        ArgumentNullException.ThrowIfNull(puzzles);
        ArgumentOutOfRangeException.ThrowIfNegative(trainingPuzzles);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(trainingPuzzles, puzzles.Count);
        var training = new List<MazePuzzle>(trainingPuzzles);
        var test = new List<MazePuzzle>(puzzles.Count - trainingPuzzles);
        foreach (var layout in puzzles.GroupBy(puzzle => puzzle.Question.CanonicalLayout()))
        {
            var fits = test.Count == 0 && training.Count + layout.Count() <= trainingPuzzles;
            (fits ? training : test).AddRange(layout);
        }

        return new MazeSplit(training, test);
    }
}
