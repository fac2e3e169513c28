namespace Hrm.Puzzles;

/// <summary>
/// Training and test puzzles that are not symmetric to each other: no test solution has the <see cref="SudokuCanonicalForm"/> of a
/// training solution, so no augmentation of a training puzzle can show a test solution. No question occurs twice.
/// </summary>
/// <remarks>A random split leaks: nearly every 4×4 test grid would be a relabelled or permuted training grid.</remarks>
public sealed class SudokuSplit
{
    private const int FewestGivens = 4;
    private const int MostGivens = 8;
    private const uint MaximumFourByFour = 50_000;

    private SudokuSplit(IReadOnlyList<SudokuPuzzle> training, IReadOnlyList<SudokuPuzzle> test)
    {
        Training = training;
        Test = test;
    }

    /// <summary>The training puzzles.</summary>
    public IReadOnlyList<SudokuPuzzle> Training { get; }

    /// <summary>The test puzzles.</summary>
    public IReadOnlyList<SudokuPuzzle> Test { get; }

    /// <summary>
    /// Makes 4×4 puzzles with exactly one solution and 4 to 8 givens. The 288 solved 4×4 grids form two classes of symmetric
    /// grids: training solutions come from the class of 192 grids, test solutions from the class of 96.
    /// </summary>
    /// <param name="trainingPuzzles">The number of training puzzles, at most 50,000.</param>
    /// <param name="testPuzzles">The number of test puzzles, at most 50,000.</param>
    /// <param name="random">The random source.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative number, or one above 50,000.</exception>
    public static SudokuSplit FourByFour(int trainingPuzzles, int testPuzzles, Random random)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)trainingPuzzles, MaximumFourByFour, nameof(trainingPuzzles));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)testPuzzles, MaximumFourByFour, nameof(testPuzzles));
        ArgumentNullException.ThrowIfNull(random);
        var canonicalForm = new SudokuCanonicalForm(SudokuShape.Four);
        var classes = SudokuSearch.Solutions(SudokuGrid.Empty(SudokuShape.Four))
            .GroupBy(canonicalForm.Of)
            .Select(symmetric => symmetric.ToArray())
            .OrderByDescending(symmetric => symmetric.Length)
            .ToArray();
        var generator = new SudokuGenerator(SudokuShape.Four, random);
        return new SudokuSplit(
            DistinctPuzzles(generator, classes[0], trainingPuzzles, random),
            DistinctPuzzles(generator, classes[1], testPuzzles, random));
    }

    /// <summary>
    /// Makes puzzles with exactly one solution. All puzzles with symmetric solutions go to the same part: to the one that had the
    /// smaller share of its puzzles when the first of them came. 4×4 grids have only two classes of symmetric grids, one per part;
    /// <see cref="FourByFour"/> fixes which.
    /// </summary>
    /// <param name="shape">The shape, of a side up to <see cref="SudokuCanonicalForm.MaximumSide"/>.</param>
    /// <param name="trainingPuzzles">The number of training puzzles.</param>
    /// <param name="testPuzzles">The number of test puzzles.</param>
    /// <param name="givens">The number of givens to stop at; a puzzle that is minimal before that has more.</param>
    /// <param name="random">The random source.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative number, more givens than cells, or a larger side.</exception>
    /// <exception cref="PuzzleSupplyException">Too many draws in a row gave no new puzzle for a part that needs one.</exception>
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
                throw PuzzleSupplyException.Of(
                    $"{trainingPuzzles} training and {testPuzzles} test puzzles of {shape} with {givens} givens", training.Count + test.Count);
            }
        }

        return new SudokuSplit(training, test);

        bool TestLags() => training.Count == trainingPuzzles
            || (test.Count < testPuzzles && (long)test.Count * trainingPuzzles < (long)training.Count * testPuzzles);
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
}
