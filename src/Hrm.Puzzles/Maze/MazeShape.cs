namespace Hrm.Puzzles;

/// <summary>The rows and columns of a maze. Immutable.</summary>
public sealed record MazeShape
{
    /// <summary>The largest number of rows and of columns.</summary>
    public const int MaximumSide = 256;

    /// <summary>Creates a shape of at least two cells, for start and goal.</summary>
    /// <param name="rows">1 to <see cref="MaximumSide"/>.</param>
    /// <param name="columns">1 to <see cref="MaximumSide"/>; with one row at least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of range.</exception>
    public MazeShape(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, MaximumSide);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, rows == 1 ? 2 : 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(columns, MaximumSide);
        Rows = rows;
        Columns = columns;
    }

    /// <summary>The paper's 30×30.</summary>
    public static MazeShape Thirty { get; } = Square(30);

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The number of columns.</summary>
    public int Columns { get; }

    /// <summary>The number of cells: <see cref="Rows"/> · <see cref="Columns"/>.</summary>
    public int Cells => Rows * Columns;

    /// <summary>Whether there are as many rows as columns.</summary>
    internal bool IsSquare => Rows == Columns;

    /// <summary>The transforms that keep the shape: all eight of a square, otherwise four.</summary>
    public IEnumerable<DihedralTransform> Symmetries => DihedralTransform.All.Where(transform => IsSquare || !transform.SwapsAxes);

    /// <summary>Creates a square shape.</summary>
    /// <param name="side">2 to <see cref="MaximumSide"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The side is out of range.</exception>
    public static MazeShape Square(int side) => new(side, side);

    /// <summary>Creates a square shape from its number of cells.</summary>
    /// <param name="cells">The number of cells.</param>
    /// <exception cref="PuzzleFormatException">The number is not the square of 2 to <see cref="MaximumSide"/>.</exception>
    public static MazeShape OfCells(int cells)
    {
        var side = (int)Math.Sqrt(Math.Max(0, cells));
        return side is >= 2 and <= MaximumSide && side * side == cells
            ? Square(side)
            : throw new PuzzleFormatException(FormattableString.Invariant(
                $"expected a square number of cells, from 4 to {MaximumSide * MaximumSide}, if no shape is given, got {cells}"));
    }

    /// <summary>The shape of a transformed grid.</summary>
    /// <param name="transform">The transform.</param>
    public MazeShape Transform(DihedralTransform transform) => transform.SwapsAxes && !IsSquare ? new MazeShape(Columns, Rows) : this;

    /// <summary>The row of a cell, from 0.</summary>
    /// <param name="cell">The index of the cell, row by row.</param>
    public int RowOf(int cell) => cell / Columns;

    /// <summary>The column of a cell, from 0.</summary>
    /// <param name="cell">The index of the cell, row by row.</param>
    public int ColumnOf(int cell) => cell % Columns;

    /// <summary>The name of a cell in messages: "row 1, column 9".</summary>
    /// <param name="cell">The index of the cell, row by row.</param>
    public string NameOf(int cell) => FormattableString.Invariant($"row {RowOf(cell) + 1}, column {ColumnOf(cell) + 1}");

    /// <summary>"30x30".</summary>
    public override string ToString() => FormattableString.Invariant($"{Rows}x{Columns}");
}
