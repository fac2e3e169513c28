namespace Hrm.Puzzles;

/// <summary>
/// Generates puzzles with exactly one solution: digits of a random solved grid are removed in random order as long as the solution
/// stays the only one. The same seed gives the same puzzles. Not safe for use by several threads at once.
/// </summary>
/// <remarks>Intended for sides up to 9; larger ones work, but can be slow.</remarks>
public sealed class SudokuGenerator
{
    private readonly Random _random;
    private readonly SudokuSearchTree _tree;
    private readonly int[] _order;

    /// <summary>Creates a generator.</summary>
    /// <param name="shape">The shape of the puzzles.</param>
    /// <param name="random">The random source.</param>
    public SudokuGenerator(SudokuShape shape, Random random)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(random);
        (Shape, _random) = (shape, random);
        _tree = new SudokuSearchTree(shape);
        _order = [.. Enumerable.Range(0, shape.Cells)];
    }

    /// <summary>The shape of the puzzles.</summary>
    public SudokuShape Shape { get; }

    /// <summary>Generates a solved grid. Every grid is possible; they are not equally likely.</summary>
    public SudokuGrid NextGrid()
    {
        _tree.Start(SudokuGrid.Empty(Shape).Digits);
        _tree.MoveNext(_random);
        return _tree.Solution;
    }

    /// <summary>Generates a puzzle from a new solved grid.</summary>
    /// <param name="givens">The number of givens to stop at; a puzzle that is minimal before that has more. With 0 every puzzle is minimal.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative number of givens, or more than there are cells.</exception>
    public SudokuPuzzle NextPuzzle(int givens) => NextPuzzle(NextGrid(), givens);

    /// <summary>Generates a puzzle from a solved grid.</summary>
    /// <param name="answer">The solved grid.</param>
    /// <param name="givens">The number of givens to stop at; a puzzle that is minimal before that has more.</param>
    /// <exception cref="ArgumentException">A grid of another shape, or one that is not solved.</exception>
    public SudokuPuzzle NextPuzzle(SudokuGrid answer, int givens)
    {
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentOutOfRangeException.ThrowIfNegative(givens);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(givens, Shape.Cells);
        if (!answer.Shape.Equals(Shape) || !answer.IsSolved)
        {
            throw new ArgumentException($"answer: expected a solved grid of {Shape}, got '{answer}'", nameof(answer));
        }

        var digits = answer.Digits.ToArray();
        var givensLeft = digits.Length;
        _random.ShuffleStably(_order.AsSpan());
        foreach (var cell in _order)
        {
            if (givensLeft == givens)
            {
                break;
            }

            digits[cell] = 0;
            _tree.Start(digits);
            if (_tree.MoveNext() && _tree.MoveNext())
            {
                digits[cell] = (byte)answer[cell];
            }
            else
            {
                givensLeft--;
            }
        }

        return new SudokuPuzzle(SudokuGrid.FromDigits(digits, Shape), answer, source: "generated");
    }

    /// <summary>Generates puzzles with different questions; they can still be symmetric to each other.</summary>
    /// <param name="count">The number of puzzles.</param>
    /// <param name="givens">The number of givens to stop at; a puzzle that is minimal before that has more.</param>
    /// <exception cref="PuzzleSupplyException">Too many draws in a row gave no new puzzle.</exception>
    public IReadOnlyList<SudokuPuzzle> NextDistinctPuzzles(int count, int givens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var questions = new HashSet<SudokuGrid>();
        var puzzles = new List<SudokuPuzzle>();
        for (var fruitless = 0; puzzles.Count < count;)
        {
            var puzzle = NextPuzzle(givens);
            if (questions.Add(puzzle.Question))
            {
                puzzles.Add(puzzle);
                fruitless = 0;
            }
            else if (++fruitless == PuzzleSupplyException.FruitlessDraws)
            {
                throw PuzzleSupplyException.Of($"{count} different puzzles of {Shape} with {givens} givens", puzzles.Count);
            }
        }

        return puzzles;
    }
}
