namespace Hrm.Puzzles;

/// <summary>
/// The least grid, read row by row, among all grids that are equivalent to a solved grid under <see cref="SudokuSymmetry"/>.
/// Two solved grids are equivalent exactly if their canonical forms are equal. Exact; safe for use by several threads.
/// </summary>
/// <remarks>
/// For a choice of transposition, top row and column order the rest is forced: the digits are relabelled so that the top
/// row counts up, and rows and bands are sorted by their first cell, in which no two rows agree. So 2·9·1,296 candidates
/// stand for the 3,359,232 rearrangements of a 9×9 grid, and most of them lose within the second row.
/// </remarks>
public sealed class SudokuCanonicalForm
{
    /// <summary>The largest side; the work grows with the number of column orders, 1,296 of a 9×9 grid.</summary>
    public const int MaximumSide = 9;

    private readonly SudokuShape _shape;
    private readonly byte[][] _columnOrders;
    private readonly byte[][] _positions;

    /// <summary>Prepares canonical forms of a shape.</summary>
    /// <param name="shape">The shape, of a side up to <see cref="MaximumSide"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A larger side.</exception>
    public SudokuCanonicalForm(SudokuShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shape.Side, MaximumSide, nameof(shape));
        _shape = shape;
        _columnOrders = [.. SudokuPermutation.AllBlocks(shape.Side, shape.BoxColumns)];
        _positions = [.. _columnOrders.Select(SudokuPermutation.Inverse)];
    }

    /// <summary>The canonical form of a solved grid.</summary>
    /// <param name="grid">The solved grid.</param>
    /// <returns>The same grid for every grid of one orbit.</returns>
    /// <exception cref="ArgumentException">A grid of another shape, or one that is not solved.</exception>
    public SudokuGrid Of(SudokuGrid grid)
    {
        ArgumentNullException.ThrowIfNull(grid);
        if (!grid.Shape.Equals(_shape) || !grid.IsSolved)
        {
            throw new ArgumentException($"grid: expected a solved grid of {_shape}, got '{grid}'", nameof(grid));
        }

        // Digits from 0 here: the label of a digit is its position in the top row.
        Span<byte> least = stackalloc byte[_shape.Cells];
        least.Fill(byte.MaxValue);
        Lower(least, grid.Digits);
        if (_shape.IsSquare)
        {
            Span<byte> transposed = stackalloc byte[_shape.Cells];
            for (var cell = 0; cell < transposed.Length; cell++)
            {
                transposed[cell] = (byte)grid[_shape.ColumnOf(cell), _shape.RowOf(cell)];
            }

            Lower(least, transposed);
        }

        foreach (ref var digit in least)
        {
            digit++;
        }

        return SudokuGrid.FromDigits(least, _shape);
    }

    private void Lower(Span<byte> least, ReadOnlySpan<byte> digits)
    {
        var side = _shape.Side;
        Span<byte> columnOf = stackalloc byte[MaximumSide + 1];
        Span<byte> columns = stackalloc byte[digits.Length];
        for (var top = 0; top < side; top++)
        {
            for (var column = 0; column < side; column++)
            {
                columnOf[digits[(top * side) + column]] = (byte)column;
            }

            for (var cell = 0; cell < digits.Length; cell++)
            {
                columns[cell] = columnOf[digits[cell]];
            }

            LowerUnder(top, least, columns);
        }
    }

    /// <summary>Tries every order of the columns under one top row.</summary>
    /// <param name="top">The top row.</param>
    /// <param name="least">The least grid so far.</param>
    /// <param name="columns">For each cell the column in which the top row has the same digit.</param>
    private void LowerUnder(int top, Span<byte> least, ReadOnlySpan<byte> columns)
    {
        var band = top / _shape.BoxRows;
        Span<byte> rows = stackalloc byte[MaximumSide];
        for (var order = 0; order < _columnOrders.Length; order++)
        {
            var source = _columnOrders[order];
            var labels = _positions[order];
            // Most orders lose by the first cell of the second row, which needs no sorting.
            if (LeastBelow(top, columns, source[0], labels) > least[_shape.Side])
            {
                continue;
            }

            OrderBand(rows, band, columns, source[0], labels);
            var comparison = CompareRow(least, 1, columns.Slice(rows[1] * _shape.Side, _shape.Side), source, labels);
            if (comparison <= 0)
            {
                OrderOtherBands(rows[.._shape.Side], band, columns, source[0], labels);
                LowerRows(least, comparison < 0, rows, columns, source, labels);
            }
        }
    }

    /// <summary>The least label in a column among the rows of a band other than the top row.</summary>
    private int LeastBelow(int top, ReadOnlySpan<byte> columns, int column, ReadOnlySpan<byte> labels)
    {
        var first = top - (top % _shape.BoxRows);
        var least = int.MaxValue;
        for (var row = first; row < first + _shape.BoxRows; row++)
        {
            var label = labels[columns[(row * _shape.Side) + column]];
            if (row != top && label < least)
            {
                least = label;
            }
        }

        return least;
    }

    /// <summary>Lists the rows of a band, sorted by their label in the first column.</summary>
    private void OrderBand(Span<byte> sorted, int band, ReadOnlySpan<byte> columns, int column, ReadOnlySpan<byte> labels)
    {
        var height = _shape.BoxRows;
        for (var i = 0; i < height; i++)
        {
            var row = (band * height) + i;
            var key = labels[columns[(row * _shape.Side) + column]];
            var at = i;
            for (; at > 0 && labels[columns[(sorted[at - 1] * _shape.Side) + column]] > key; at--)
            {
                sorted[at] = sorted[at - 1];
            }

            sorted[at] = (byte)row;
        }
    }

    private void OrderOtherBands(Span<byte> rows, int topBand, ReadOnlySpan<byte> columns, int column, ReadOnlySpan<byte> labels)
    {
        var height = _shape.BoxRows;
        var bands = _shape.Side / height;
        Span<byte> band = stackalloc byte[MaximumSide];
        var filled = 1;
        for (var source = 0; source < bands; source++)
        {
            if (source == topBand)
            {
                continue;
            }

            OrderBand(band, source, columns, column, labels);
            var key = labels[columns[(band[0] * _shape.Side) + column]];
            var at = filled++;
            for (; at > 1 && labels[columns[(rows[(at - 1) * height] * _shape.Side) + column]] > key; at--)
            {
                rows.Slice((at - 1) * height, height).CopyTo(rows.Slice(at * height, height));
            }

            band[..height].CopyTo(rows.Slice(at * height, height));
        }
    }

    private void LowerRows(Span<byte> least, bool isLower, ReadOnlySpan<byte> rows, ReadOnlySpan<byte> columns, byte[] source, ReadOnlySpan<byte> labels)
    {
        var side = _shape.Side;
        for (var row = 2; !isLower && row < side; row++)
        {
            var order = CompareRow(least, row, columns.Slice(rows[row] * side, side), source, labels);
            if (order > 0)
            {
                return;
            }

            isLower = order < 0;
        }

        for (var row = 0; isLower && row < side; row++)
        {
            for (var column = 0; column < side; column++)
            {
                least[(row * side) + column] = labels[columns[(rows[row] * side) + source[column]]];
            }
        }
    }

    private int CompareRow(ReadOnlySpan<byte> least, int row, ReadOnlySpan<byte> columns, byte[] source, ReadOnlySpan<byte> labels)
    {
        var known = least.Slice(row * _shape.Side, _shape.Side);
        for (var column = 0; column < source.Length; column++)
        {
            var order = labels[columns[source[column]]] - known[column];
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }
}
