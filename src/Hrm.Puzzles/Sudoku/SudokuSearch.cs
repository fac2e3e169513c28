using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Hrm.Puzzles;

/// <summary>
/// Exact solver: naked singles, hidden singles, then a guess in a cell with the fewest candidates. It is the reference for
/// checking a neural solver. A question with conflicting givens has no solution.
/// </summary>
/// <remarks>
/// About 7,000 hard 9×9 puzzles per second and core are proved to have one solution. Some large questions would take days, so a
/// question that is not decided within a million guesses is a <see cref="HrmFormatException"/>.
/// </remarks>
public static class SudokuSearch
{
    private const int MaximumGuesses = 1_000_000;

    /// <summary>Finds a solution.</summary>
    /// <param name="question">The givens.</param>
    /// <param name="solution">The solution found.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>Whether there is a solution.</returns>
    /// <exception cref="HrmFormatException">The question is not decided within a million guesses.</exception>
    /// <exception cref="OperationCanceledException">The search was stopped.</exception>
    public static bool TrySolve(SudokuGrid question, [NotNullWhen(true)] out SudokuGrid? solution, CancellationToken cancellationToken = default)
    {
        var tree = Start(question);
        solution = tree.MoveNext(cancellationToken: cancellationToken) ? tree.Solution : null;
        return solution is not null;
    }

    /// <summary>Counts solutions up to a limit.</summary>
    /// <param name="question">The givens.</param>
    /// <param name="limit">The number to stop at, at least 1; 2 decides whether a solution is the only one.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The number of solutions, at most <paramref name="limit"/>.</returns>
    /// <inheritdoc cref="TrySolve" path="/exception"/>
    public static int CountSolutions(SudokuGrid question, int limit = 2, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return Start(question).Count(limit, cancellationToken);
    }

    /// <summary>
    /// Difficulty of a question for this search: the number of cells it guesses in until it knows that there is no second
    /// solution, or has found one. 0 if naked and hidden singles decide.
    /// </summary>
    /// <inheritdoc cref="TrySolve" path="/param[@name!='solution']|/exception"/>
    public static int CountGuesses(SudokuGrid question, CancellationToken cancellationToken = default)
    {
        var tree = Start(question);
        tree.Count(limit: 2, cancellationToken);
        return tree.Guesses;
    }

    /// <summary>Streams all solutions, each once, in a fixed order: for an empty 4×4 grid all 288 solved grids.</summary>
    /// <inheritdoc cref="TrySolve" path="/param[@name!='solution']"/>
    public static IEnumerable<SudokuGrid> Solutions(SudokuGrid question, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(question);
        var tree = new SudokuSearchTree(question.Shape, takeFirst: true);
        tree.Start(question.Digits);
        while (tree.MoveNext(cancellationToken: cancellationToken))
        {
            yield return tree.Solution;
        }
    }

    /// <summary>The digits that each cell can hold after naked and hidden singles, as a bit mask from digit 1 on; 0 everywhere if a rule is broken.</summary>
    internal static uint[] FindCandidates(SudokuShape shape, ReadOnlySpan<byte> givens)
    {
        var candidates = new SudokuCandidates(shape, new (int, int)[5 * shape.Cells]);
        candidates.Load(givens);
        return [.. Enumerable.Range(0, shape.Cells).Select(cell => candidates.IsConsistent ? candidates[cell] : 0)];
    }

    internal static SudokuSearchTree Start(SudokuGrid question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var tree = new SudokuSearchTree(question.Shape, MaximumGuesses);
        tree.Start(question.Digits);
        return tree;
    }
}

/// <summary>
/// Depth-first search, one solution at a time. Its memory is reused by the next search. It guesses in a cell with the fewest
/// candidates: in the first one, an order that seeds rely on, or in the one that shares candidates with the most peers.
/// </summary>
internal sealed class SudokuSearchTree(SudokuShape shape, int maximumGuesses = int.MaxValue, bool takeFirst = false)
{
    private readonly SudokuCandidates?[] _levels = new SudokuCandidates?[shape.Cells + 1];
    // A queue: per cell at most a given, a naked single and, on average, three hidden singles.
    private readonly (int Cell, int Digit)[] _singles = new (int, int)[5 * shape.Cells];
    private int _depth = -1;

    /// <summary>The cells guessed in since the search started.</summary>
    public int Guesses { get; private set; }

    public SudokuGrid Solution => _levels[_depth + 1]!.ToGrid();

    public void Start(ReadOnlySpan<byte> givens)
    {
        (_depth, Guesses) = (0, 0);
        (_levels[0] ??= new SudokuCandidates(shape, _singles)).Load(givens);
    }

    /// <summary>Finds the next solution. A random source chooses where to look first and the order of digits; otherwise both ascend.</summary>
    public bool MoveNext(Random? random = null, CancellationToken cancellationToken = default)
    {
        while (_depth >= 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var level = _levels[_depth--]!;
            if (level.IsSolved)
            {
                return true;
            }

            if (level.IsConsistent && level.GuessCell < 0)
            {
                Guesses = Guesses < maximumGuesses
                    ? Guesses + 1
                    : throw new HrmFormatException(FormattableString.Invariant($"not decided within {maximumGuesses} guesses of the exact search"));
                level.ChooseGuess(start: random?.Next(shape.Cells) ?? 0, takeFirst || random is not null);
            }

            if (level.IsConsistent && level.Untried != 0)
            {
                _depth += 2;
                (_levels[_depth] ??= new SudokuCandidates(shape, _singles)).Guess(level, random);
            }
        }

        return false;
    }

    public int Count(int limit, CancellationToken cancellationToken)
    {
        var found = 0;
        while (found < limit && MoveNext(cancellationToken: cancellationToken))
        {
            found++;
        }

        return found;
    }
}

/// <summary>
/// Bit masks of the digits that each cell can still hold, digits counted from 0. Naked singles (a cell with one candidate) and
/// hidden singles (a digit with one place in a unit) are placed at once.
/// </summary>
internal sealed class SudokuCandidates(SudokuShape shape, (int Cell, int Digit)[] singles)
{
    /// <summary>Number of places of a digit that a unit holds: further decrements cannot make it 1 or 0.</summary>
    private const byte Placed = 8 * SudokuShape.MaximumSide;

    private readonly ushort[] _candidates = new ushort[shape.Cells];

    /// <summary>For each unit and digit the number of cells that can still hold it.</summary>
    private readonly byte[] _places = new byte[3 * shape.Cells];

    private int _openCells;
    private int _singleCount;

    public bool IsConsistent { get; private set; }

    public bool IsSolved => IsConsistent && _openCells == 0;

    /// <summary>The cell to guess in, -1 until one is chosen.</summary>
    public int GuessCell { get; private set; }

    /// <summary>The candidates of <see cref="GuessCell"/> that were not tried.</summary>
    public uint Untried { get; private set; }

    public uint this[int cell] => _candidates[cell];

    public SudokuGrid ToGrid() => SudokuGrid.FromDigits([.. _candidates.Select(mask => (byte)(BitOperations.Log2(mask) + 1))], shape);

    public void Load(ReadOnlySpan<byte> givens)
    {
        Array.Fill(_candidates, (ushort)((1 << shape.Side) - 1));
        Array.Fill(_places, (byte)shape.Side);
        (_openCells, IsConsistent, GuessCell) = (shape.Cells, true, -1);
        for (var cell = 0; cell < givens.Length; cell++)
        {
            if (givens[cell] != 0)
            {
                singles[_singleCount++] = (cell, givens[cell] - 1);
            }
        }

        PlaceSingles();
    }

    /// <summary>Copies the state above and sets its cell to one of its untried digits: the lowest one, or a random one.</summary>
    public void Guess(SudokuCandidates above, Random? random)
    {
        var candidates = above.Untried;
        for (var skip = random?.Next(BitOperations.PopCount(candidates)) ?? 0; skip > 0; skip--)
        {
            candidates &= candidates - 1;
        }

        var digit = BitOperations.TrailingZeroCount(candidates);
        above.Untried &= ~(1u << digit);
        above._candidates.CopyTo(_candidates, 0);
        above._places.CopyTo(_places, 0);
        (_openCells, IsConsistent, GuessCell) = (above._openCells, true, -1);
        singles[_singleCount++] = (above.GuessCell, digit);
        PlaceSingles();
    }

    public void ChooseGuess(int start, bool takeFirst)
    {
        var (fewest, widest) = (int.MaxValue, 0);
        for (var i = 0; i < _candidates.Length && fewest > 2; i++)
        {
            var cell = start + i < _candidates.Length ? start + i : start + i - _candidates.Length;
            var count = BitOperations.PopCount(_candidates[cell]);
            if (count > 1 && count < fewest)
            {
                (fewest, GuessCell) = (count, cell);
            }
        }

        for (var cell = GuessCell; cell < _candidates.Length && !takeFirst; cell++)
        {
            if (BitOperations.PopCount(_candidates[cell]) == fewest && CountPeersThatShare(cell) is var width && width > widest)
            {
                (widest, GuessCell) = (width, cell);
            }
        }

        Untried = _candidates[GuessCell];
    }

    private int CountPeersThatShare(int cell)
    {
        var (count, candidates) = (0, _candidates);
        var mask = candidates[cell];
        foreach (var peer in shape.PeersOfCell[cell])
        {
            count += (candidates[peer] & mask) != 0 ? 1 : 0;
        }

        return count;
    }

    private void PlaceSingles()
    {
        for (var next = 0; next < _singleCount && IsConsistent; next++)
        {
            var (cell, digit) = singles[next];
            IsConsistent = cell >= 0 ? TryPlace(cell, digit) : TryPlaceInUnit(~cell, digit);
        }

        _singleCount = 0;
    }

    private bool TryPlace(int cell, int digit)
    {
        var bit = 1u << digit;
        var units = shape.UnitsOfCell[cell];
        var isCandidate = (_candidates[cell] & bit) != 0;
        if (!isCandidate || _places[(units[0] * shape.Side) + digit] > SudokuShape.MaximumSide)
        {
            // A candidate although the row holds the digit: this cell holds it.
            return isCandidate;
        }

        _openCells--;
        foreach (var unit in units)
        {
            _places[(unit * shape.Side) + digit] = Placed;
        }

        for (var others = _candidates[cell] & ~bit; others != 0; others &= others - 1)
        {
            if (!TryRemove(cell, BitOperations.TrailingZeroCount(others)))
            {
                return false;
            }
        }

        var candidates = _candidates;
        foreach (var peer in shape.PeersOfCell[cell])
        {
            if ((candidates[peer] & bit) != 0 && !TryRemove(peer, digit))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryRemove(int cell, int digit)
    {
        var left = _candidates[cell] & ~(1u << digit);
        _candidates[cell] = (ushort)left;
        if (BitOperations.IsPow2(left))
        {
            singles[_singleCount++] = (cell, BitOperations.Log2(left));
        }

        var (side, allPlaces) = (shape.Side, _places);
        foreach (var unit in shape.UnitsOfCell[cell])
        {
            var places = --allPlaces[(unit * side) + digit];
            if (places == 0)
            {
                return false;
            }

            if (places == 1)
            {
                singles[_singleCount++] = (~unit, digit);
            }
        }

        return left != 0;
    }

    private bool TryPlaceInUnit(int unit, int digit)
    {
        if (_places[(unit * shape.Side) + digit] > SudokuShape.MaximumSide)
        {
            return true;
        }

        foreach (var cell in shape.CellsOfUnit[unit])
        {
            if ((_candidates[cell] >> digit & 1) != 0)
            {
                return TryPlace(cell, digit);
            }
        }

        return false;
    }
}
