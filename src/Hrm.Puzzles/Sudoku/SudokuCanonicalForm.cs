namespace Hrm.Puzzles;

/// <summary>
/// Canonical form of a solved grid: the least grid, read row by row, among all its symmetric variants. Two solved grids are
/// symmetric to each other exactly if their canonical forms are equal. Exact; safe for use by several threads.
/// </summary>
/// <remarks>
/// Symmetries are relabelled digits, permuted bands, rows, stacks and columns, and for square boxes transposition. A choice of
/// transposition, top row and column order determines the rest: digits are relabelled so that the top row ascends, then rows and
/// bands are sorted by their first cell. A 9×9 grid has 2·9·1,296 such choices instead of 3,359,232 rearrangements; most lose
/// within the second row.
/// </remarks>
public sealed class SudokuCanonicalForm
{
    /// <summary>The largest side; the work grows with the number of column orders, 1,296 of a 9×9 grid.</summary>
    public const int MaximumSide = 9;

    private readonly SudokuShape _shape;

    /// <summary>For each order of the columns the source of each column, and its inverse.</summary>
    private readonly (byte[] Sources, byte[] Positions)[] _columnOrders;

    /// <summary>Prepares canonical forms of a shape.</summary>
    /// <param name="shape">The shape, of a side up to <see cref="MaximumSide"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A larger side.</exception>
    public SudokuCanonicalForm(SudokuShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shape.Side, MaximumSide, nameof(shape));
        _shape = shape;
        _columnOrders = [.. ColumnOrders(shape).Select(order => (order, SudokuSymmetry.Inverse(order)))];
    }

    /// <summary>The canonical form of a solved grid.</summary>
    /// <param name="grid">The solved grid.</param>
    /// <returns>The same grid for all grids that are symmetric to each other.</returns>
    /// <exception cref="ArgumentException">A grid of another shape, or one that is not solved.</exception>
    public SudokuGrid Of(SudokuGrid grid)
    {
        ArgumentNullException.ThrowIfNull(grid);
        if (!grid.Shape.Equals(_shape) || !grid.IsSolved)
        {
            throw new ArgumentException($"grid: expected a solved grid of {_shape}, got '{grid}'", nameof(grid));
        }

        // Digits count from 0 here: the label of a digit is its column in the top row.
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

    /// <summary>Lowers the least grid so far by every choice of a top row and of a column order.</summary>
    private void Lower(Span<byte> least, ReadOnlySpan<byte> digits)
    {
        var side = _shape.Side;
        Span<byte> columnOf = stackalloc byte[MaximumSide + 1];
        // For each cell the column in which the top row has the same digit.
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

            foreach (var (sources, labels) in _columnOrders)
            {
                var second = SecondRow(top, columns[sources[0]..], labels);
                if (Compare(columns.Slice(second * side, side), least.Slice(side, side), sources, labels) <= 0)
                {
                    LowerRows(least, columns, sources, labels);
                }
            }
        }
    }

    /// <summary>The row that becomes the second one: of the other rows of the top band the one with the least first label.</summary>
    private int SecondRow(int top, ReadOnlySpan<byte> firstColumn, byte[] labels)
    {
        var (second, least) = (-1, int.MaxValue);
        var first = top - (top % _shape.BoxRows);
        for (var row = first; row < first + _shape.BoxRows; row++)
        {
            var label = labels[firstColumn[row * _shape.Side]];
            if (row != top && label < least)
            {
                (second, least) = (row, label);
            }
        }

        return second;
    }

    private static int Compare(ReadOnlySpan<byte> row, ReadOnlySpan<byte> least, byte[] sources, byte[] labels)
    {
        for (var column = 0; column < sources.Length; column++)
        {
            var difference = labels[row[sources[column]]] - least[column];
            if (difference != 0)
            {
                return difference;
            }
        }

        return 0;
    }

    private void LowerRows(Span<byte> least, ReadOnlySpan<byte> columns, byte[] sources, byte[] labels)
    {
        var side = _shape.Side;
        Span<byte> rows = stackalloc byte[side];
        OrderRows(rows, columns, sources[0], labels);
        var isLower = false;
        for (var row = 0; row < side; row++)
        {
            var source = columns.Slice(rows[row] * side, side);
            for (var column = 0; column < side; column++)
            {
                ref var digit = ref least[(row * side) + column];
                var label = labels[source[sources[column]]];
                if (!isLower && label > digit)
                {
                    return;
                }

                isLower |= label < digit;
                digit = label;
            }
        }
    }

    /// <summary>Orders bands, and the rows in them, by their labels in the first column, in which no two rows agree.</summary>
    private void OrderRows(Span<byte> rows, ReadOnlySpan<byte> columns, int firstColumn, byte[] labels)
    {
        Span<byte> rowOf = stackalloc byte[rows.Length];
        for (var row = 0; row < rows.Length; row++)
        {
            rowOf[labels[columns[(row * rows.Length) + firstColumn]]] = (byte)row;
        }

        var (count, ordered) = (0, 0);
        for (var label = 0; count < rows.Length; label++)
        {
            var band = rowOf[label] / _shape.BoxRows;
            for (var next = label; (ordered >> band & 1) == 0 && next < rows.Length; next++)
            {
                if (rowOf[next] / _shape.BoxRows == band)
                {
                    rows[count++] = rowOf[next];
                }
            }

            ordered |= 1 << band;
        }
    }

    /// <summary>Every order of the stacks and of the columns in them.</summary>
    private static IEnumerable<byte[]> ColumnOrders(SudokuShape shape)
    {
        var width = shape.BoxColumns;
        var inStack = Orders(width).ToArray();
        foreach (var stacks in Orders(shape.Side / width))
        {
            IEnumerable<byte[]> orders = [[]];
            foreach (var stack in stacks)
            {
                orders = orders.SelectMany(head => inStack.Select(tail =>
                    (byte[])[.. head, .. tail.Select(column => (byte)((stack * width) + column))]));
            }

            foreach (var order in orders)
            {
                yield return order;
            }
        }
    }

    private static IEnumerable<byte[]> Orders(int length) => length == 0
        ? [[]]
        : Orders(length - 1).SelectMany(shorter => Enumerable.Range(0, length).Select(at =>
            (byte[])[.. shorter.AsSpan(0, at), (byte)(length - 1), .. shorter.AsSpan(at)]));
}
