using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Makes puzzles with exactly one solution: a random solved grid, whose digits are taken away in random order as long as
/// the solution stays the only one. The same seed gives the same puzzles. Not safe for use by several threads at once.
/// </summary>
/// <remarks>Meant for sides up to 9 (a minimal 9×9 puzzle takes about 0.2 ms); larger ones work, at no stated speed.</remarks>
public sealed class SudokuGenerator
{
    private readonly Random _random;
    private readonly SudokuSearchTree _tree;
    private readonly int[] _order;

    /// <summary>Creates a generator.</summary>
    /// <param name="shape">The shape of the puzzles.</param>
    /// <param name="random">Where chance comes from.</param>
    public SudokuGenerator(SudokuShape shape, Random random)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(random);
        Shape = shape;
        _random = random;
        _tree = new SudokuSearchTree(shape);
        _order = [.. Enumerable.Range(0, shape.Cells)];
    }

    /// <summary>The shape of the puzzles.</summary>
    public SudokuShape Shape { get; }

    /// <summary>Makes a solved grid. Every grid can come; they are not all equally likely.</summary>
    public SudokuGrid NextGrid()
    {
        _tree.Start(SudokuGrid.Empty(Shape).Digits);
        _tree.MoveNext(_random);
        return _tree.Solution;
    }

    /// <summary>Makes a puzzle of a new solved grid.</summary>
    /// <param name="givens">
    /// The number of givens to stop at. Where no more can be taken away before that, the puzzle is minimal and has more;
    /// with 0 it is always minimal.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A number of givens below 0 or beyond the cells.</exception>
    public SudokuPuzzle NextPuzzle(int givens) => NextPuzzle(NextGrid(), givens);

    /// <summary>Makes a puzzle of a given solved grid.</summary>
    /// <param name="answer">The solved grid.</param>
    /// <param name="givens">The number of givens to stop at, or more where the puzzle is minimal before that.</param>
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
        var left = digits.Length;
        _random.ShuffleStably(_order.AsSpan());
        foreach (var cell in _order)
        {
            if (left == givens)
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
                left--;
            }
        }

        return new SudokuPuzzle(SudokuGrid.FromDigits(digits, Shape), answer, source: "generated");
    }

    /// <summary>Makes puzzles of which no two have the same question; they may still be symmetric to each other.</summary>
    /// <param name="count">The number of puzzles.</param>
    /// <param name="givens">The number of givens to stop at, or more where a puzzle is minimal before that.</param>
    /// <exception cref="PuzzleSupplyException">Many draws in a row brought no new puzzle: there are too few of them.</exception>
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
                throw new PuzzleSupplyException($"{count} different puzzles of {Shape} with {givens} givens", puzzles.Count);
            }
        }

        return puzzles;
    }
}
