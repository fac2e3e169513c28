using System.Numerics;

namespace Hrm.Puzzles;

/// <summary>
/// The digits that each cell may still hold, as bit masks, kept consistent by naked singles (a cell with one candidate)
/// and hidden singles (a digit with one place in a unit).
/// </summary>
internal sealed class SudokuCandidates
{
    private readonly SudokuShape _shape;
    private readonly ushort[] _masks;
    private readonly byte[] _digits;
    private readonly byte[] _singles;
    private int _singleCount;
    private ulong _changedUnits;

    public SudokuCandidates(SudokuShape shape)
    {
        _shape = shape;
        _masks = new ushort[shape.Cells];
        _digits = new byte[shape.Cells];
        _singles = new byte[shape.Cells];
    }

    /// <summary>The digits found so far, 0 where a cell is open.</summary>
    public ReadOnlySpan<byte> Digits => _digits;

    /// <summary>Cells without a digit.</summary>
    public int OpenCells { get; private set; }

    /// <summary>The cell that the search branches on, -1 as long as none is chosen.</summary>
    public int BranchCell { get; private set; } = -1;

    /// <summary>The candidates of <see cref="BranchCell"/> that the search has not tried.</summary>
    public uint Untried { get; set; }

    private uint AllDigits => (1u << _shape.Side) - 1;

    /// <summary>Starts from givens.</summary>
    /// <returns>Whether no contradiction was met.</returns>
    public bool Load(ReadOnlySpan<byte> givens)
    {
        Array.Clear(_digits);
        _masks.AsSpan().Fill((ushort)AllDigits);
        OpenCells = _digits.Length;
        BranchCell = -1;
        _singleCount = 0;
        // A unit without an eliminated candidate cannot hold a hidden single, so none is marked yet.
        _changedUnits = 0;
        for (var cell = 0; cell < givens.Length; cell++)
        {
            if (givens[cell] == 0)
            {
                continue;
            }

            var mask = 1u << (givens[cell] - 1);
            if ((_masks[cell] & mask) == 0 || !Place(cell, mask))
            {
                return false;
            }
        }

        return Propagate();
    }

    /// <summary>Takes over another state of the same shape, its branch left out.</summary>
    public void CopyFrom(SudokuCandidates other)
    {
        other._masks.AsSpan().CopyTo(_masks);
        other._digits.AsSpan().CopyTo(_digits);
        OpenCells = other.OpenCells;
        BranchCell = -1;
        _singleCount = 0;
        _changedUnits = 0;
    }

    /// <summary>Sets an open cell to one of its candidates.</summary>
    /// <returns>Whether no contradiction was met.</returns>
    public bool Assign(int cell, uint mask) => Place(cell, mask) && Propagate();

    /// <summary>Takes a candidate from an open cell.</summary>
    /// <returns>Whether no contradiction was met.</returns>
    public bool Exclude(int cell, uint mask) => Eliminate(cell, mask) && Propagate();

    /// <summary>Chooses the open cell with the fewest candidates, the first one from <paramref name="start"/> on.</summary>
    public void ChooseBranch(int start)
    {
        var fewest = int.MaxValue;
        for (var i = 0; i < _masks.Length && fewest > 2; i++)
        {
            var cell = start + i < _masks.Length ? start + i : start + i - _masks.Length;
            var candidates = BitOperations.PopCount(_masks[cell]);
            if (_digits[cell] == 0 && candidates < fewest)
            {
                fewest = candidates;
                BranchCell = cell;
            }
        }

        Untried = _masks[BranchCell];
    }

    private bool Place(int cell, uint mask)
    {
        _digits[cell] = (byte)(BitOperations.TrailingZeroCount(mask) + 1);
        _changedUnits |= _masks[cell] == mask ? 0 : _shape.Units.OfCell[cell];
        _masks[cell] = (ushort)mask;
        OpenCells--;
        foreach (var peer in _shape.Units.Peers[cell])
        {
            if ((_masks[peer] & mask) != 0 && !Eliminate(peer, mask))
            {
                return false;
            }
        }

        return true;
    }

    private bool Eliminate(int cell, uint mask)
    {
        var left = _masks[cell] & ~mask;
        if (left == 0 || left == _masks[cell])
        {
            return left != 0;
        }

        _masks[cell] = (ushort)left;
        _changedUnits |= _shape.Units.OfCell[cell];
        if (BitOperations.IsPow2(left))
        {
            _singles[_singleCount++] = (byte)cell;
        }

        return true;
    }

    private bool Propagate()
    {
        while (true)
        {
            while (_singleCount > 0)
            {
                var cell = _singles[--_singleCount];
                if (_digits[cell] == 0 && !Place(cell, _masks[cell]))
                {
                    return false;
                }
            }

            if (_changedUnits == 0)
            {
                return true;
            }

            var unit = BitOperations.TrailingZeroCount(_changedUnits);
            _changedUnits &= _changedUnits - 1;
            if (!PlaceHiddenSingles(_shape.Units.Cells[unit]))
            {
                return false;
            }
        }
    }

    private bool PlaceHiddenSingles(byte[] unit)
    {
        uint once = 0, twice = 0, placed = 0;
        foreach (var cell in unit)
        {
            uint mask = _masks[cell];
            twice |= once & mask;
            once |= mask;
            placed |= _digits[cell] == 0 ? 0 : mask;
        }

        if (once != AllDigits)
        {
            return false;
        }

        var hidden = once & ~twice & ~placed;
        for (var i = 0; hidden != 0 && i < unit.Length; i++)
        {
            var cell = unit[i];
            var mask = _masks[cell] & hidden;
            if (mask == 0 || _digits[cell] != 0)
            {
                continue;
            }

            if (!BitOperations.IsPow2(mask) || !Place(cell, mask))
            {
                return false;
            }

            hidden &= ~mask;
        }

        return true;
    }
}
