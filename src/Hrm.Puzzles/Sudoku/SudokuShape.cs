using System.Diagnostics.CodeAnalysis;

namespace Hrm.Puzzles;

/// <summary>
/// Shape of a Sudoku: boxes of <see cref="BoxRows"/> by <see cref="BoxColumns"/> cells. The number of cells in a box is the side of
/// the grid and its highest digit. Immutable; safe to share between threads.
/// </summary>
public sealed class SudokuShape : IEquatable<SudokuShape>
{
    /// <summary>The largest side: digits 1 to 9, then A to G.</summary>
    public const int MaximumSide = 16;

    private const string Symbols = "123456789ABCDEFG";
    private const string Blanks = ".0*_";

    /// <summary>Creates the shape of a grid with the given boxes.</summary>
    /// <param name="boxRows">Rows of a box, at least 2.</param>
    /// <param name="boxColumns">Columns of a box, at least 2; a box has at most <see cref="MaximumSide"/> cells.</param>
    /// <exception cref="ArgumentOutOfRangeException">A box of another size.</exception>
    public SudokuShape(int boxRows, int boxColumns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(boxRows, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(boxRows, MaximumSide / 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(boxColumns, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(boxColumns, MaximumSide / boxRows);
        BoxRows = boxRows;
        BoxColumns = boxColumns;
        Side = boxRows * boxColumns;
        UnitsOfCell = [.. Enumerable.Range(0, Cells).Select(cell => (int[])[RowOf(cell), Side + ColumnOf(cell), (2 * Side) + BoxOf(cell)])];
        CellsOfUnit = [.. Enumerable.Range(0, 3 * Side).Select(unit => Enumerable.Range(0, Cells).Where(cell => UnitsOfCell[cell].Contains(unit)).ToArray())];
        PeersOfCell = [.. UnitsOfCell.Select((units, cell) => units.SelectMany(unit => CellsOfUnit[unit]).Distinct().Where(peer => peer != cell).ToArray())];
    }

    /// <summary>4×4 with boxes of 2×2.</summary>
    public static SudokuShape Four { get; } = new(2, 2);

    /// <summary>6×6 with boxes of 2 rows and 3 columns.</summary>
    public static SudokuShape Six { get; } = new(2, 3);

    /// <summary>9×9 with boxes of 3×3, the shape in the paper.</summary>
    public static SudokuShape Nine { get; } = new(3, 3);

    /// <summary>Rows of a box.</summary>
    public int BoxRows { get; }

    /// <summary>Columns of a box.</summary>
    public int BoxColumns { get; }

    /// <summary>Rows, columns and digits: <see cref="BoxRows"/> · <see cref="BoxColumns"/>.</summary>
    public int Side { get; }

    /// <summary>Cells of the grid: the square of <see cref="Side"/>.</summary>
    public int Cells => Side * Side;

    /// <summary>Whether boxes are square, so that rows and columns can be exchanged.</summary>
    public bool IsSquare => BoxRows == BoxColumns;

    /// <summary>The cells of each unit: rows, then columns, then boxes.</summary>
    internal int[][] CellsOfUnit { get; }

    /// <summary>The row, the column and the box of each cell.</summary>
    internal int[][] UnitsOfCell { get; }

    /// <summary>The other cells that share a unit with each cell.</summary>
    internal int[][] PeersOfCell { get; }

    /// <summary>The usual shape of a side: boxes as close to a square as possible, wider than high (6: 2×3, 12: 3×4).</summary>
    /// <param name="side">4, 6, 8, 9, 10, 12, 14, 15 or 16.</param>
    /// <returns>The shape.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The side is too large or has no divisor for a box.</exception>
    public static SudokuShape OfSide(int side)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(side, MaximumSide);
        return Find(side) ?? throw new ArgumentOutOfRangeException(nameof(side), side, "side: expected 4, 6, 8, 9, 10, 12, 14, 15 or 16");
    }

    /// <summary>The usual shape of a number of cells.</summary>
    /// <exception cref="HrmFormatException">Not the square of a side.</exception>
    internal static SudokuShape OfCells(int cells)
        => Find((int)Math.Sqrt(cells)) is { } shape && shape.Cells == cells
            ? shape
            : throw new HrmFormatException($"expected 16, 36, 64, 81, 100, 144, 196, 225 or 256 characters, got {cells}");

    /// <summary>The usual shape of a side, or <see langword="null"/>.</summary>
    internal static SudokuShape? Find(int side)
    {
        for (var boxRows = side is >= 0 and <= MaximumSide ? (int)Math.Sqrt(side) : 0; boxRows >= 2; boxRows--)
        {
            if (side % boxRows == 0)
            {
                return new SudokuShape(boxRows, side / boxRows);
            }
        }

        return null;
    }

    /// <summary>The row of a cell, from 0.</summary>
    /// <param name="cell">The cell, row by row.</param>
    public int RowOf(int cell) => cell / Side;

    /// <summary>The column of a cell, from 0.</summary>
    /// <param name="cell">The cell, row by row.</param>
    public int ColumnOf(int cell) => cell % Side;

    /// <summary>The box of a cell, from 0, counted row by row.</summary>
    internal int BoxOf(int cell) => (RowOf(cell) / BoxRows * BoxRows) + (ColumnOf(cell) / BoxColumns);

    /// <summary>The name of a cell in messages: "row 1, column 9".</summary>
    /// <param name="cell">The cell, row by row.</param>
    public string NameOf(int cell) => FormattableString.Invariant($"row {RowOf(cell) + 1}, column {ColumnOf(cell) + 1}");

    /// <summary>The character of a digit: 1 to 9, then A to G; a blank (0) is a full stop.</summary>
    /// <param name="digit">0 to <see cref="Side"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not a digit of this shape.</exception>
    public char SymbolOf(int digit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(digit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digit, Side);
        return digit == 0 ? '.' : Symbols[digit - 1];
    }

    /// <summary>Whether a character is a blank or a digit of a shape.</summary>
    internal static bool IsSymbol(char symbol) => (Blanks + Symbols).Contains(char.ToUpperInvariant(symbol), StringComparison.Ordinal);

    /// <summary>The digit of a character; '.', '0', '*' and '_' are blanks (0), letters can be lower or upper case.</summary>
    internal bool TryParseSymbol(char symbol, out byte digit)
    {
        var isBlank = Blanks.Contains(symbol, StringComparison.Ordinal);
        var value = isBlank ? 0 : Symbols.IndexOf(char.ToUpperInvariant(symbol), StringComparison.Ordinal) + 1;
        digit = (byte)value;
        return value <= Side && (value > 0 || isBlank);
    }

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] SudokuShape? other) =>
        other is not null && BoxRows == other.BoxRows && BoxColumns == other.BoxColumns;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SudokuShape);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(BoxRows, BoxColumns);

    /// <summary>"9x9 with boxes of 3x3".</summary>
    public override string ToString() => FormattableString.Invariant($"{Side}x{Side} with boxes of {BoxRows}x{BoxColumns}");
}
