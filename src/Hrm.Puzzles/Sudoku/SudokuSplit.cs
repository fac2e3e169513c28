namespace Hrm.Puzzles;

/// <summary>
/// Generated training and test puzzles, no question twice, and no test solution equivalent to a training solution under
/// <see cref="SudokuSymmetry"/>, so that no augmentation of a training puzzle can show a test solution.
/// </summary>
/// <param name="Training">The training puzzles.</param>
/// <param name="Test">The test puzzles.</param>
public sealed record SudokuSplit(IReadOnlyList<SudokuPuzzle> Training, IReadOnlyList<SudokuPuzzle> Test)
{
    /// <summary>
    /// Makes puzzles with exactly one solution. All puzzles whose solutions are equivalent go to the part to which the first
    /// of them went: the part that lagged behind then. 4×4 grids have only two such classes, one for each part;
    /// <see cref="SudokuOrbitSplit"/> fixes which.
    /// </summary>
    /// <param name="shape">The shape, of a side up to <see cref="SudokuCanonicalForm.MaximumSide"/>.</param>
    /// <param name="trainingPuzzles">The number of training puzzles.</param>
    /// <param name="testPuzzles">The number of test puzzles.</param>
    /// <param name="givens">The number of givens to stop at, or more where a puzzle is minimal before that.</param>
    /// <param name="random">Where chance comes from.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative number, more givens than cells, or a larger side.</exception>
    /// <exception cref="PuzzleSupplyException">Many draws in a row brought no puzzle that is new and wanted.</exception>
    public static SudokuSplit Generate(SudokuShape shape, int trainingPuzzles, int testPuzzles, int givens, Random random)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfNegative(trainingPuzzles);
        ArgumentOutOfRangeException.ThrowIfNegative(testPuzzles);
        ArgumentOutOfRangeException.ThrowIfNegative(givens);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(givens, shape.Cells);
        var generator = new SudokuGenerator(shape, random);
        var canonicalForm = new SudokuCanonicalForm(shape);
        var partOfForm = new Dictionary<SudokuGrid, List<SudokuPuzzle>>();
        var questions = new HashSet<SudokuGrid>();
        List<SudokuPuzzle> training = [], test = [];
        for (var fruitless = 0; training.Count < trainingPuzzles || test.Count < testPuzzles;)
        {
            var answer = generator.NextGrid();
            var form = canonicalForm.Of(answer);
            if (!partOfForm.TryGetValue(form, out var part))
            {
                part = TestLags() ? test : training;
                partOfForm.Add(form, part);
            }

            var isWanted = part.Count < (part == test ? testPuzzles : trainingPuzzles);
            if (isWanted && generator.NextPuzzle(answer, givens) is var puzzle && questions.Add(puzzle.Question))
            {
                part.Add(puzzle);
                fruitless = 0;
            }
            else if (++fruitless == PuzzleSupplyException.FruitlessDraws)
            {
                throw new PuzzleSupplyException(
                    $"{trainingPuzzles} training and {testPuzzles} test puzzles of {shape} with {givens} givens", training.Count + test.Count);
            }
        }

        return new SudokuSplit(training, test);

        bool TestLags() => training.Count == trainingPuzzles
            || (test.Count < testPuzzles && (long)test.Count * trainingPuzzles < (long)training.Count * testPuzzles);
    }
}
