namespace Hrm.Puzzles;

/// <summary>One of the eight rotations and reflections of a grid, with the authors' indices.</summary>
/// <remarks>
/// 0 identity; 1, 2, 3 quarter turns counter-clockwise; 4 left-right flip; 5 up-down flip; 6 transposition; 7 transposition along the
/// other diagonal. Those that swap rows and columns transform a grid of R × C cells into one of C × R.
/// </remarks>
public readonly record struct DihedralTransform
{
    /// <summary>The number of transforms.</summary>
    public const int Count = 8;

    private DihedralTransform(int index)
    {
        Index = index;
    }

    /// <summary>The transform that changes nothing.</summary>
    public static DihedralTransform Identity => default;

    /// <summary>All eight, in order.</summary>
    public static IReadOnlyList<DihedralTransform> All { get; } = [.. Enumerable.Range(0, Count).Select(index => new DihedralTransform(index))];

    /// <summary>The index, 0 to 7.</summary>
    public int Index { get; }

    /// <summary>Whether rows and columns are swapped.</summary>
    public bool SwapsAxes => Index is 1 or 3 or 6 or 7;

    /// <summary>The transform that undoes this one.</summary>
    public DihedralTransform Inverse => new(Index switch { 1 => 3, 3 => 1, _ => Index });

    /// <summary>The transform of an index.</summary>
    /// <param name="index">0 to 7.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another number.</exception>
    public static DihedralTransform Of(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return new DihedralTransform(index);
    }

    /// <summary>Transforms a grid.</summary>
    /// <typeparam name="T">The type of a cell.</typeparam>
    /// <param name="cells">R · C cells, row by row.</param>
    /// <param name="rows">R.</param>
    /// <param name="columns">C.</param>
    /// <param name="result">The destination of the R · C transformed cells, row by row; must not overlap <paramref name="cells"/>.</param>
    /// <exception cref="ArgumentException">A span of another length than R · C, or spans that overlap.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A negative number of rows or columns.</exception>
    public void Apply<T>(ReadOnlySpan<T> cells, int rows, int columns, Span<T> result)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        if (cells.Length != (long)rows * columns || result.Length != cells.Length)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"cells, result: expected {rows} · {columns} of each, got {cells.Length} and {result.Length}"),
                nameof(cells));
        }

        if (cells.Overlaps(result))
        {
            throw new ArgumentException("result: expected a span apart from cells, got one that overlaps it", nameof(result));
        }

        if (Index == 0)
        {
            cells.CopyTo(result);
            return;
        }

        // The source index of the first cell, and the source steps of one cell along a row and along a column of the result.
        var (start, alongRow, alongColumn) = Index switch
        {
            1 => (columns - 1, columns, -1),
            2 => (cells.Length - 1, -1, -columns),
            3 => (cells.Length - columns, -columns, 1),
            4 => (columns - 1, -1, columns),
            5 => (cells.Length - columns, 1, -columns),
            6 => (0, columns, 1),
            _ => (cells.Length - 1, -columns, -1),
        };
        var (resultRows, resultColumns) = SwapsAxes ? (columns, rows) : (rows, columns);
        var at = 0;
        for (var row = 0; row < resultRows; row++)
        {
            var source = start + (row * alongColumn);
            for (var column = 0; column < resultColumns; column++, source += alongRow)
            {
                result[at++] = cells[source];
            }
        }
    }
}
