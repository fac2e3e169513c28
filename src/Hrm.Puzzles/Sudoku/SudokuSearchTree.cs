using System.Numerics;

namespace Hrm.Puzzles;

/// <summary>
/// Depth-first search over <see cref="SudokuCandidates"/>, one solution at a time. Its levels are reused from search to
/// search, so that a generator which asks for thousands of them allocates once.
/// </summary>
/// <param name="shape">The shape of the grids.</param>
/// <param name="branching">How branches are chosen where no chance decides.</param>
internal sealed class SudokuSearchTree(SudokuShape shape, SudokuBranching branching)
{
    private readonly List<SudokuCandidates> _levels = [new SudokuCandidates(shape)];
    private int _depth = -1;
    private bool _rootIsSolution;

    /// <summary>The branches since the search started: 0 where singles alone decide.</summary>
    public int Branches { get; private set; }

    /// <summary>The most branches of a search.</summary>
    public int MaximumBranches { get; init; } = int.MaxValue;

    /// <summary>The solution found last.</summary>
    /// <param name="digits">Receives one digit a cell.</param>
    public void CopySolution(Span<byte> digits) => _levels[_depth + 1].CopyDigits(digits);

    /// <summary>Starts a search from givens.</summary>
    /// <param name="givens">The digits, 0 for a blank.</param>
    public void Start(ReadOnlySpan<byte> givens) => Enter(_levels[0].Load(givens));

    /// <summary>Starts a search for solutions that have another digit in one open cell.</summary>
    /// <param name="givens">The digits, 0 for a blank.</param>
    /// <param name="cell">A blank cell.</param>
    /// <param name="digit">The digit that the cell must not have.</param>
    public void StartWithout(ReadOnlySpan<byte> givens, int cell, int digit) =>
        Enter(_levels[0].Load(givens)
            && _levels[0].Exclude(cell, 1u << (digit - 1)));

    /// <summary>Finds the next solution.</summary>
    /// <param name="random">Orders cells and digits by chance; without it both go upwards.</param>
    /// <param name="cancellationToken">Asked at every branch.</param>
    /// <exception cref="PuzzleFormatException">The question was not decided within <see cref="MaximumBranches"/>.</exception>
    public bool MoveNext(Random? random = null, CancellationToken cancellationToken = default)
    {
        if (_rootIsSolution)
        {
            _rootIsSolution = false;
            return true;
        }

        while (_depth >= 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var level = _levels[_depth];
            if (level.BranchCell < 0)
            {
                ChooseBranch(level, random);
            }

            if (level.Untried == 0)
            {
                _depth--;
                continue;
            }

            var mask = Pick(level.Untried, random);
            level.Untried &= ~mask;
            var next = LevelBelow();
            next.CopyFrom(level);
            if (next.Assign(level.BranchCell, mask))
            {
                if (next.OpenCells == 0)
                {
                    return true;
                }

                _depth++;
            }
        }

        return false;
    }

    private void Enter(bool consistent)
    {
        _rootIsSolution = consistent && _levels[0].OpenCells == 0;
        _depth = consistent && !_rootIsSolution ? 0 : -1;
        Branches = 0;
    }

    private void ChooseBranch(SudokuCandidates level, Random? random)
    {
        if (Branches == MaximumBranches)
        {
            throw new PuzzleFormatException(FormattableString.Invariant($"not decided within {MaximumBranches} guesses of the exact search"));
        }

        Branches++;
        if (random is null && branching == SudokuBranching.WidestCell)
        {
            level.ChooseWidestBranch();
        }
        else
        {
            level.ChooseFirstBranch(random?.Next(shape.Cells) ?? 0);
        }
    }

    private SudokuCandidates LevelBelow()
    {
        if (_levels.Count == _depth + 1)
        {
            _levels.Add(new SudokuCandidates(shape));
        }

        return _levels[_depth + 1];
    }

    private static uint Pick(uint candidates, Random? random)
    {
        for (var skip = random?.Next(BitOperations.PopCount(candidates)) ?? 0; skip > 0; skip--)
        {
            candidates &= candidates - 1;
        }

        return candidates & (uint)-(int)candidates;
    }
}
