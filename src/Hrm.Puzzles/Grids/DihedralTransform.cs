namespace Hrm.Puzzles;

/// <summary>One of the eight symmetries of a rectangle's cells, numbered as the authors number them.</summary>
/// <remarks>
/// 0 identity; 1, 2, 3 quarter turns counter-clockwise; 4 left-right flip; 5 up-down flip; 6 transposition; 7 left-right flip
/// of the quarter turn, the transposition along the other diagonal. Those that swap rows and columns turn a grid of R × C
/// cells into one of C × R.
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

    /// <summary>The number of the transform, 0 to 7.</summary>
    public int Index { get; }

    /// <summary>Whether rows become columns.</summary>
    public bool SwapsAxes => Index is 1 or 3 or 6 or 7;

    /// <summary>The transform that undoes this one.</summary>
    public DihedralTransform Inverse => new(Index switch { 1 => 3, 3 => 1, _ => Index });

    /// <summary>The group table: entry (i, j) is the transform that is i after j.</summary>
    private static ReadOnlySpan<byte> Products =>
    [
        0, 1, 2, 3, 4, 5, 6, 7,
        1, 2, 3, 0, 6, 7, 5, 4,
        2, 3, 0, 1, 5, 4, 7, 6,
        3, 0, 1, 2, 7, 6, 4, 5,
        4, 7, 5, 6, 0, 2, 3, 1,
        5, 6, 4, 7, 2, 0, 1, 3,
        6, 4, 7, 5, 1, 3, 0, 2,
        7, 5, 6, 4, 3, 1, 2, 0,
    ];

    /// <summary>The transform of a number.</summary>
    /// <param name="index">0 to 7.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another number.</exception>
    public static DihedralTransform Of(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return new DihedralTransform(index);
    }

    /// <summary>The transform that is this one after another.</summary>
    /// <param name="first">What is applied first.</param>
    public DihedralTransform After(DihedralTransform first) => new(Products[(Index * Count) + first.Index]);

    /// <summary>Where a cell of the result comes from.</summary>
    /// <param name="row">The row in the result.</param>
    /// <param name="column">The column in the result.</param>
    /// <param name="rows">R, the rows of the grid that is transformed.</param>
    /// <param name="columns">C, its columns.</param>
    /// <returns>Row and column in the grid that is transformed.</returns>
    public (int Row, int Column) SourceOf(int row, int column, int rows, int columns) => Index switch
    {
        0 => (row, column),
        1 => (column, columns - 1 - row),
        2 => (rows - 1 - row, columns - 1 - column),
        3 => (rows - 1 - column, row),
        4 => (row, columns - 1 - column),
        5 => (rows - 1 - row, column),
        6 => (column, row),
        _ => (rows - 1 - column, columns - 1 - row),
    };

    /// <summary>Transforms a grid.</summary>
    /// <typeparam name="T">The type of a cell.</typeparam>
    /// <param name="cells">R · C cells, row by row.</param>
    /// <param name="rows">R.</param>
    /// <param name="columns">C.</param>
    /// <param name="result">Takes the R · C cells of the result, row by row; must not overlap <paramref name="cells"/>.</param>
    /// <exception cref="ArgumentException">A span that has not R · C entries, or spans that overlap.</exception>
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

        // A walk over the source: where the first cell comes from, and how far a step along a row and along a column goes.
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
