namespace Hrm.Puzzles;

/// <summary>One of the eight rotations and reflections of a grid, with the authors' indices.</summary>
/// <remarks>
/// 0 identity; 1, 2, 3 quarter turns counter-clockwise; 4 left-right flip; 5 up-down flip; 6 transposition; 7 transposition along the
/// other diagonal. Those that swap rows and columns transform a grid of R × C cells into one of C × R.
/// </remarks>
/// <param name="Index">The index, 0 to 7.</param>
internal readonly record struct DihedralTransform(int Index)
{
    public const int Count = 8;

    /// <summary>All eight, in order.</summary>
    public static DihedralTransform[] All { get; } = [.. Enumerable.Range(0, Count).Select(index => new DihedralTransform(index))];

    public bool SwapsAxes => Index is 1 or 3 or 6 or 7;

    public DihedralTransform Inverse => new(Index switch { 1 => 3, 3 => 1, _ => Index });

    public static DihedralTransform Of(int index) => All[index];

    /// <summary>Transforms a grid of R · C cells, row by row, into a span that does not overlap it.</summary>
    /// <exception cref="ArgumentException">A span of another length than R · C, or spans that overlap.</exception>
    public void Apply<T>(ReadOnlySpan<T> cells, int rows, int columns, Span<T> result)
    {
        if (cells.Length != (long)rows * columns || result.Length != cells.Length || cells.Overlaps(result))
        {
            throw new ArgumentException(
                FormattableString.Invariant($"cells, result: expected {rows} · {columns} of each, without overlap, got {cells.Length} and {result.Length}"),
                nameof(cells));
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
