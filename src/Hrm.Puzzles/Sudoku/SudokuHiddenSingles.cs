using System.Runtime.Intrinsics;

namespace Hrm.Puzzles;

/// <summary>Looks through all units at once for digits with one place, over rows of lanes as <see cref="SudokuCandidates"/> keeps them.</summary>
internal static class SudokuHiddenSingles
{
    /// <summary>Takes from each cell that is the only place of a digit in a unit its other candidates.</summary>
    /// <param name="shape">The shape of the grid.</param>
    /// <param name="rows">The candidates, a vector for each row and a lane for each column.</param>
    /// <param name="allDigits">Every digit in every lane of a column.</param>
    /// <param name="narrowed">Whether any candidate was taken.</param>
    /// <returns>Whether every digit has a place in every unit, and no cell is the only place of two.</returns>
    public static bool TryNarrow(SudokuShape shape, Span<Vector256<ushort>> rows, Vector256<ushort> allDigits, out bool narrowed)
    {
        narrowed = false;
        Span<Vector256<ushort>> boxSingles = stackalloc Vector256<ushort>[SudokuShape.MaximumSide / 2];
        if (!TryFindInColumnsAndBoxes(shape, rows, allDigits, boxSingles, out var columnSingles))
        {
            return false;
        }

        var side = rows.Length;
        var full = allDigits.ToScalar();
        var twoInOneCell = Vector256<ushort>.Zero;
        var taken = Vector256<ushort>.Zero;
        Span<ushort> lanes = stackalloc ushort[SudokuShape.MaximumSide];
        for (var row = 0; row < side; row++)
        {
            var masks = rows[row];
            masks.CopyTo(lanes);
            if (!TryFindInUnit(lanes[..side], full, out var rowSingles))
            {
                return false;
            }

            var singles = masks & (columnSingles | boxSingles[row / shape.BoxRows] | Vector256.Create(rowSingles));
            twoInOneCell |= singles & (singles - Vector256<ushort>.One);
            rows[row] = Vector256.ConditionalSelect(Vector256.Equals(singles, Vector256<ushort>.Zero), masks, singles);
            taken |= rows[row] ^ masks;
        }

        narrowed = taken != Vector256<ushort>.Zero;
        return twoInOneCell == Vector256<ushort>.Zero;
    }

    private static bool TryFindInColumnsAndBoxes(
        SudokuShape shape, ReadOnlySpan<Vector256<ushort>> rows, Vector256<ushort> allDigits, Span<Vector256<ushort>> boxSingles, out Vector256<ushort> columnSingles)
    {
        var once = Vector256<ushort>.Zero;
        var twice = Vector256<ushort>.Zero;
        columnSingles = Vector256<ushort>.Zero;
        for (var top = 0; top < rows.Length; top += shape.BoxRows)
        {
            var bandOnce = Vector256<ushort>.Zero;
            var bandTwice = Vector256<ushort>.Zero;
            foreach (var masks in rows.Slice(top, shape.BoxRows))
            {
                bandTwice |= bandOnce & masks;
                bandOnce |= masks;
            }

            if (!TryFindInBoxes(shape, bandOnce, bandTwice, allDigits.ToScalar(), out boxSingles[top / shape.BoxRows]))
            {
                return false;
            }

            twice |= bandTwice | (once & bandOnce);
            once |= bandOnce;
        }

        columnSingles = Vector256.AndNot(once, twice);
        return once == allDigits;
    }

    /// <summary>Joins the columns of each box of a band, of which the rows are joined already.</summary>
    private static bool TryFindInBoxes(
        SudokuShape shape, Vector256<ushort> bandOnce, Vector256<ushort> bandTwice, ushort full, out Vector256<ushort> singles)
    {
        Span<ushort> onceLanes = stackalloc ushort[SudokuShape.MaximumSide];
        Span<ushort> twiceLanes = stackalloc ushort[SudokuShape.MaximumSide];
        bandOnce.CopyTo(onceLanes);
        bandTwice.CopyTo(twiceLanes);
        singles = Vector256<ushort>.Zero;
        for (var left = 0; left < shape.Side; left += shape.BoxColumns)
        {
            uint once = 0, twice = 0;
            for (var column = left; column < left + shape.BoxColumns; column++)
            {
                twice |= twiceLanes[column] | (once & onceLanes[column]);
                once |= onceLanes[column];
            }

            if (once != full)
            {
                return false;
            }

            onceLanes.Slice(left, shape.BoxColumns).Fill((ushort)(once & ~twice));
        }

        singles = Vector256.Create<ushort>(onceLanes);
        return true;
    }

    private static bool TryFindInUnit(ReadOnlySpan<ushort> masks, ushort full, out ushort singles)
    {
        uint once = 0, twice = 0;
        foreach (uint mask in masks)
        {
            twice |= once & mask;
            once |= mask;
        }

        singles = (ushort)(once & ~twice);
        return once == full;
    }
}
