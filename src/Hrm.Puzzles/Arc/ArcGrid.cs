using System.Diagnostics.CodeAnalysis;

namespace Hrm.Puzzles;

/// <summary>Grid of an ARC task: 1 to 30 rows of 1 to 30 cells, each with a colour of 0 to 9. Immutable.</summary>
public sealed class ArcGrid : IEquatable<ArcGrid>
{
    /// <summary>The maximum number of rows and of columns.</summary>
    public const int MaximumSide = 30;

    /// <summary>The number of colours; 0 is the background of most tasks.</summary>
    public const int ColourCount = 10;

    private readonly byte[] _cells;

    private ArcGrid(int rows, int columns, byte[] cells)
    {
        Rows = rows;
        Columns = columns;
        _cells = cells;
    }

    /// <summary>R, the number of rows.</summary>
    public int Rows { get; }

    /// <summary>C, the number of columns.</summary>
    public int Columns { get; }

    /// <summary>The colours, R · C, row by row.</summary>
    public ReadOnlySpan<byte> Cells => _cells;

    /// <summary>The colour of a cell.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <param name="column">The column, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A row or column outside the grid.</exception>
    public int this[int row, int column]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)column, (uint)Columns, nameof(column));
            return _cells[(row * Columns) + column];
        }
    }

    /// <summary>Creates a grid from its colours.</summary>
    /// <param name="rows">R, 1 to 30.</param>
    /// <param name="columns">C, 1 to 30.</param>
    /// <param name="cells">R · C colours, row by row; copied.</param>
    /// <exception cref="HrmFormatException">A side out of range, another number of cells, or a value that is not a colour; names the cell.</exception>
    public static ArcGrid Create(int rows, int columns, ReadOnlySpan<byte> cells)
    {
        if (rows is < 1 or > MaximumSide || columns is < 1 or > MaximumSide)
        {
            throw new HrmFormatException($"expected 1 to {MaximumSide} rows and columns, got {rows} and {columns}");
        }

        if (cells.Length != rows * columns)
        {
            throw new HrmFormatException($"expected {rows} · {columns} cells, got {cells.Length}");
        }

        var wrong = cells.IndexOfAnyExceptInRange((byte)0, (byte)(ColourCount - 1));
        return wrong < 0
            ? new ArcGrid(rows, columns, cells.ToArray())
            : throw new HrmFormatException($"expected a colour of 0 to {ColourCount - 1}, got {cells[wrong]}", place: $"[{wrong / columns}][{wrong % columns}]");
    }

    /// <summary>Reads a grid, one line per row, one digit per cell; <see cref="ToString"/> is the inverse.</summary>
    /// <param name="text">The rows, separated by LF, CRLF or '/'.</param>
    /// <exception cref="HrmFormatException">Rows of different lengths, a side out of range, or another character; names the cell.</exception>
    public static ArcGrid Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var rows = text.ReplaceLineEndings("/").Split('/');
        var cells = new List<byte>(text.Length);
        for (var row = 0; row < rows.Length; row++)
        {
            if (rows[row].Length != rows[0].Length)
            {
                throw new HrmFormatException($"expected {rows[0].Length} cells as in row 0, got {rows[row].Length}", place: $"[{row}]");
            }

            for (var column = 0; column < rows[row].Length; column++)
            {
                var symbol = rows[row][column];
                cells.Add(char.IsAsciiDigit(symbol)
                    ? (byte)(symbol - '0')
                    : throw new HrmFormatException($"expected a digit, got {Quote.Text(symbol.ToString())}", place: $"[{row}][{column}]"));
            }
        }

        return Create(rows.Length, rows[0].Length, cells.ToArray());
    }

    /// <summary>One line per row, separated by LF, one digit per cell.</summary>
    public override string ToString() => string.Create((Rows * (Columns + 1)) - 1, this, static (text, grid) =>
    {
        for (var at = 0; at < text.Length; at++)
        {
            var (row, column) = Math.DivRem(at, grid.Columns + 1);
            text[at] = column == grid.Columns ? '\n' : (char)('0' + grid._cells[(row * grid.Columns) + column]);
        }
    });

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] ArcGrid? other) =>
        other is not null && Rows == other.Rows && Columns == other.Columns && Cells.SequenceEqual(other.Cells);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ArcGrid);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        // Otherwise a 2 × 3 grid would collide with a 3 × 2 grid of the same cells.
        var hash = default(HashCode);
        hash.Add((Rows << 8) | Columns);
        hash.AddBytes(_cells);
        return hash.ToHashCode();
    }

    /// <summary>Creates a grid from valid cells without a copy; the grid owns the array.</summary>
    internal static ArcGrid Adopt(int rows, int columns, byte[] cells) => new(rows, columns, cells);
}
