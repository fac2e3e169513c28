namespace Hrm.Puzzles;

/// <summary>Rows and columns of a maze. Immutable.</summary>
public sealed record MazeShape
{
    /// <summary>The maximum number of rows and of columns.</summary>
    public const int MaximumSide = 256;

    /// <summary>Creates a shape of at least two cells, one for the start and one for the goal.</summary>
    /// <param name="rows">1 to <see cref="MaximumSide"/>.</param>
    /// <param name="columns">1 to <see cref="MaximumSide"/>; at least 2 if there is one row.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another size.</exception>
    public MazeShape(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, MaximumSide);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, rows == 1 ? 2 : 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(columns, MaximumSide);
        Rows = rows;
        Columns = columns;
    }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The number of columns.</summary>
    public int Columns { get; }

    /// <summary>The number of cells: <see cref="Rows"/> · <see cref="Columns"/>.</summary>
    public int Cells => Rows * Columns;

    /// <summary>The transforms that keep the shape: all eight if it is square, otherwise four.</summary>
    internal IEnumerable<DihedralTransform> Symmetries => DihedralTransform.All.Where(transform => Transform(transform) == this);

    /// <summary>Creates a square shape.</summary>
    /// <param name="side">2 to <see cref="MaximumSide"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another side.</exception>
    public static MazeShape Square(int side) => new(side, side);

    /// <summary>The square shape of a number of cells.</summary>
    /// <param name="cells">The number of cells.</param>
    /// <exception cref="HrmFormatException">Not the square of 2 to <see cref="MaximumSide"/>.</exception>
    public static MazeShape OfCells(int cells)
    {
        var side = (int)Math.Sqrt(Math.Max(0, cells));
        return side is >= 2 and <= MaximumSide && side * side == cells
            ? Square(side)
            : throw new HrmFormatException($"expected a square number of cells from 4 to {MaximumSide * MaximumSide}, got {cells}");
    }

    /// <summary>The row of a cell, from 0.</summary>
    /// <param name="cell">The cell, row by row.</param>
    public int RowOf(int cell) => cell / Columns;

    /// <summary>The column of a cell, from 0.</summary>
    /// <param name="cell">The cell, row by row.</param>
    public int ColumnOf(int cell) => cell % Columns;

    /// <summary>The name of a cell in messages: "row 1, column 9".</summary>
    /// <param name="cell">The cell, row by row.</param>
    public string NameOf(int cell) => FormattableString.Invariant($"row {RowOf(cell) + 1}, column {ColumnOf(cell) + 1}");

    /// <summary>For example "30x30".</summary>
    public override string ToString() => FormattableString.Invariant($"{Rows}x{Columns}");

    internal MazeShape Transform(DihedralTransform transform) => transform.SwapsAxes ? new MazeShape(Columns, Rows) : this;

    /// <summary>The neighbours of a cell in the order below, left, right, above.</summary>
    internal IEnumerable<int> NeighboursOf(int cell)
    {
        var (row, column) = (RowOf(cell), ColumnOf(cell));
        (int Row, int Column)[] next = [(row + 1, column), (row, column - 1), (row, column + 1), (row - 1, column)];
        return next
            .Where(other => other.Row >= 0 && other.Row < Rows && other.Column >= 0 && other.Column < Columns)
            .Select(other => (other.Row * Columns) + other.Column);
    }
}
