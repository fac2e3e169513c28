namespace Hrm.Puzzles;

/// <summary>
/// 4×4 puzzles split by orbit. The 288 solved 4×4 grids form two orbits under <see cref="SudokuSymmetry"/>, of 192 and of
/// 96 grids. Training puzzles have solutions in the larger one and test puzzles in the smaller one, so no augmentation of
/// a training puzzle can show a test solution. A random split leaks: nearly every test grid is then a relabelled or
/// permuted training grid.
/// </summary>
/// <param name="Training">Puzzles whose solutions are among the 192 grids.</param>
/// <param name="Test">Puzzles whose solutions are among the 96 grids.</param>
public sealed record SudokuOrbitSplit(IReadOnlyList<SudokuPuzzle> Training, IReadOnlyList<SudokuPuzzle> Test)
{
    /// <summary>The largest number of puzzles of each part.</summary>
    public const int MaximumPuzzles = 50_000;

    private const int FewestGivens = 4;
    private const int MostGivens = 8;

    /// <summary>
    /// Makes 4×4 puzzles, each with exactly one solution and no question twice. The number of givens is spread over 4 to 8;
    /// where a puzzle is minimal before it reaches the number drawn, it has more.
    /// </summary>
    /// <param name="trainingPuzzles">Puzzles of the orbit of 192 grids, at most <see cref="MaximumPuzzles"/>.</param>
    /// <param name="testPuzzles">Puzzles of the orbit of 96 grids, at most <see cref="MaximumPuzzles"/>.</param>
    /// <param name="random">Where chance comes from.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative number, or one above <see cref="MaximumPuzzles"/>.</exception>
    public static SudokuOrbitSplit Four(int trainingPuzzles, int testPuzzles, Random random)
    {
        RequireCount(trainingPuzzles, nameof(trainingPuzzles));
        RequireCount(testPuzzles, nameof(testPuzzles));
        ArgumentNullException.ThrowIfNull(random);
        var canonicalForm = new SudokuCanonicalForm(SudokuShape.Four);
        var orbits = SudokuSearch.Solutions(SudokuGrid.Empty(SudokuShape.Four))
            .GroupBy(canonicalForm.Of)
            .Select(orbit => orbit.ToArray())
            .OrderByDescending(orbit => orbit.Length)
            .ToArray();
        var generator = new SudokuGenerator(SudokuShape.Four, random);
        return new SudokuOrbitSplit(
            DistinctPuzzles(generator, orbits[0], trainingPuzzles, random),
            DistinctPuzzles(generator, orbits[1], testPuzzles, random));
    }

    private static List<SudokuPuzzle> DistinctPuzzles(SudokuGenerator generator, SudokuGrid[] answers, int count, Random random)
    {
        var questions = new HashSet<SudokuGrid>(count);
        var puzzles = new List<SudokuPuzzle>(count);
        while (puzzles.Count < count)
        {
            var answer = answers[random.Next(answers.Length)];
            var puzzle = generator.NextPuzzle(answer, random.Next(FewestGivens, MostGivens + 1));
            if (questions.Add(puzzle.Question))
            {
                puzzles.Add(puzzle);
            }
        }

        return puzzles;
    }

    private static void RequireCount(int count, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaximumPuzzles, name);
    }
}
