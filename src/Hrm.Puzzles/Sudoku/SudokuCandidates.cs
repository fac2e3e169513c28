using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Hrm.Puzzles;

/// <summary>
/// The digits that each cell may still hold, as bit masks, kept consistent by naked singles (a cell with one candidate)
/// and hidden singles (a digit with one place in a unit).
/// </summary>
/// <remarks>
/// A row of the grid is one vector with a lane of 16 bits for each cell, so that a digit leaves all peers of a cell in one
/// operation a row, and all columns are looked through at once. Lanes beyond the side stay 0.
/// </remarks>
internal sealed class SudokuCandidates
{
    private const int Lanes = SudokuShape.MaximumSide;

    private readonly SudokuShape _shape;
    private readonly Vector256<ushort>[] _rows;
    private readonly ushort[] _openColumns;
    private readonly Vector256<ushort> _allDigits;
    private readonly ushort _full;

    public SudokuCandidates(SudokuShape shape)
    {
        _shape = shape;
        _rows = new Vector256<ushort>[shape.Side];
        _openColumns = new ushort[shape.Side];
        // Digits and columns are equally many, so that the same bits stand for all of either.
        _full = (ushort)((1u << shape.Side) - 1);
        Span<ushort> lanes = stackalloc ushort[Lanes];
        lanes[..shape.Side].Fill(_full);
        _allDigits = Vector256.Create<ushort>(lanes);
    }

    /// <summary>Cells without a digit.</summary>
    public int OpenCells { get; private set; }

    /// <summary>The cell that the search branches on, -1 as long as none is chosen.</summary>
    public int BranchCell { get; private set; } = -1;

    /// <summary>The candidates of <see cref="BranchCell"/> that the search has not tried.</summary>
    public uint Untried { get; set; }

    /// <summary>Row by row, each padded to <see cref="Lanes"/> cells.</summary>
    private Span<ushort> Masks => MemoryMarshal.Cast<Vector256<ushort>, ushort>(_rows.AsSpan());

    /// <summary>Starts from givens.</summary>
    /// <returns>Whether no contradiction was met.</returns>
    public bool Load(ReadOnlySpan<byte> givens)
    {
        _rows.AsSpan().Fill(_allDigits);
        _openColumns.AsSpan().Fill(_full);
        OpenCells = givens.Length;
        BranchCell = -1;
        for (var cell = 0; cell < givens.Length; cell++)
        {
            if (givens[cell] == 0)
            {
                continue;
            }

            var mask = 1u << (givens[cell] - 1);
            if ((MaskOf(cell) & mask) == 0)
            {
                return false;
            }

            Place(cell / _rows.Length, cell % _rows.Length, mask);
        }

        return Propagate();
    }

    /// <summary>Takes over another state of the same shape, its branch left out.</summary>
    public void CopyFrom(SudokuCandidates other)
    {
        other._rows.AsSpan().CopyTo(_rows);
        other._openColumns.AsSpan().CopyTo(_openColumns);
        OpenCells = other.OpenCells;
        BranchCell = -1;
    }

    /// <summary>Sets an open cell to one of its candidates.</summary>
    /// <returns>Whether no contradiction was met.</returns>
    public bool Assign(int cell, uint mask)
    {
        Place(cell / _rows.Length, cell % _rows.Length, mask);
        return Propagate();
    }

    /// <summary>Takes a candidate from a cell, if it is there.</summary>
    /// <returns>Whether no contradiction was met.</returns>
    public bool Exclude(int cell, uint mask)
    {
        var left = MaskOf(cell) & ~mask;
        Masks[LaneOf(cell)] = (ushort)left;
        return left != 0 && Propagate();
    }

    /// <summary>The digits found so far, 0 where a cell is open.</summary>
    /// <param name="digits">Receives one digit a cell.</param>
    public void CopyDigits(Span<byte> digits)
    {
        for (var cell = 0; cell < digits.Length; cell++)
        {
            digits[cell] = IsOpen(cell) ? (byte)0 : (byte)(BitOperations.TrailingZeroCount(MaskOf(cell)) + 1);
        }
    }

    /// <summary>Branches on the open cell with the fewest candidates, the first one from <paramref name="start"/> on.</summary>
    public void ChooseFirstBranch(int start)
    {
        var fewest = int.MaxValue;
        for (var i = 0; i < _shape.Cells && fewest > 2; i++)
        {
            var cell = start + i < _shape.Cells ? start + i : start + i - _shape.Cells;
            var candidates = BitOperations.PopCount(MaskOf(cell));
            if (candidates < fewest && IsOpen(cell))
            {
                fewest = candidates;
                BranchCell = cell;
            }
        }

        Untried = MaskOf(BranchCell);
    }

    /// <summary>
    /// Branches on the open cell with the fewest candidates and, of several, on the one that shares them with the most
    /// peers: on the hard 9×9 lists a search then makes 44 % fewer attempts than with the first such cell.
    /// </summary>
    public void ChooseWidestBranch()
    {
        Span<Vector256<ushort>> left = stackalloc Vector256<ushort>[_rows.Length];
        for (var row = 0; row < left.Length; row++)
        {
            left[row] = WithoutLowest(_rows[row]);
        }

        // Every open cell has two candidates or more; each round takes one from all of them.
        for (var widest = -1; widest < 0;)
        {
            for (var row = 0; row < left.Length; row++)
            {
                left[row] = WithoutLowest(left[row]);
                for (var columns = EmptyLanes(left[row]) & _openColumns[row]; columns != 0; columns &= columns - 1)
                {
                    var column = BitOperations.TrailingZeroCount(columns);
                    var reach = CountPeersThatShare(row, column);
                    if (reach > widest)
                    {
                        widest = reach;
                        BranchCell = (row * left.Length) + column;
                    }
                }
            }
        }

        Untried = MaskOf(BranchCell);
    }

    private int CountPeersThatShare(int row, int column)
    {
        var mask = Vector256.Create(Masks[(row * Lanes) + column]);
        var peers = _shape.Units.PeersOf((row * _rows.Length) + column);
        var rows = _rows.AsSpan(0, peers.Length);
        var counts = Vector256<ushort>.Zero;
        for (var i = 0; i < peers.Length; i++)
        {
            // A lane that is true has all bits set, which is -1.
            counts -= Vector256.GreaterThan(rows[i] & peers[i] & mask, Vector256<ushort>.Zero);
        }

        return Vector256.Sum(counts);
    }

    private void Place(int row, int column, uint mask)
    {
        var digit = Vector256.Create((ushort)mask);
        var peers = _shape.Units.PeersOf((row * _rows.Length) + column);
        var rows = _rows.AsSpan(0, peers.Length);
        for (var i = 0; i < peers.Length; i++)
        {
            rows[i] = Vector256.AndNot(rows[i], peers[i] & digit);
        }

        Masks[(row * Lanes) + column] = (ushort)mask;
        _openColumns[row] &= (ushort)~(1u << column);
        OpenCells--;
    }

    private bool Propagate()
    {
        while (true)
        {
            if (!PlaceNakedSingles())
            {
                return false;
            }

            if (OpenCells == 0)
            {
                return true;
            }

            if (!SudokuHiddenSingles.TryNarrow(_shape, _rows, _allDigits, out var narrowed))
            {
                return false;
            }

            if (!narrowed)
            {
                return true;
            }
        }
    }

    private bool PlaceNakedSingles()
    {
        var placed = true;
        while (placed)
        {
            placed = false;
            for (var row = 0; row < _rows.Length; row++)
            {
                var columns = EmptyLanes(WithoutLowest(_rows[row])) & _openColumns[row];
                for (; columns != 0; columns &= columns - 1)
                {
                    var column = BitOperations.TrailingZeroCount(columns);
                    var mask = Masks[(row * Lanes) + column];
                    if (mask == 0)
                    {
                        return false;
                    }

                    Place(row, column, mask);
                    placed = true;
                }
            }
        }

        return true;
    }

    private static Vector256<ushort> WithoutLowest(Vector256<ushort> masks) => masks & (masks - Vector256<ushort>.One);

    private static uint EmptyLanes(Vector256<ushort> masks) =>
        Vector256.Equals(masks, Vector256<ushort>.Zero).ExtractMostSignificantBits();

    private bool IsOpen(int cell) => (_openColumns[cell / _shape.Side] >> (cell % _rows.Length) & 1) != 0;

    private uint MaskOf(int cell) => Masks[LaneOf(cell)];

    private int LaneOf(int cell) => (cell / _rows.Length * Lanes) + (cell % _rows.Length);
}
