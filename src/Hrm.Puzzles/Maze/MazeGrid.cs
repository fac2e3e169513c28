using System.Diagnostics.CodeAnalysis;

namespace Hrm.Puzzles;

/// <summary>
/// A maze: walls, a start and a goal. One moves up, down, left and right between free cells; the edge of the grid is the limit,
/// there is no frame of wall around it. Immutable. Whether the goal can be reached is <see cref="MazePathFinder"/>'s to tell.
/// </summary>
public sealed class MazeGrid : IEquatable<MazeGrid>
{
    /// <summary>Creates a maze.</summary>
    /// <param name="layout">The walls.</param>
    /// <param name="start">The cell of the start, row by row.</param>
    /// <param name="goal">The cell of the goal, another one.</param>
    /// <exception cref="PuzzleFormatException">Start or goal is outside the grid or in a wall, or both are one cell; names it.</exception>
    public MazeGrid(MazeLayout layout, int start, int goal)
    {
        ArgumentNullException.ThrowIfNull(layout);
        RequireFree(layout, start, nameof(start));
        RequireFree(layout, goal, nameof(goal));
        if (start == goal)
        {
            throw new PuzzleFormatException($"expected start and goal in different cells, got {layout.Shape.NameOf(start)} for both");
        }

        Layout = layout;
        Start = start;
        Goal = goal;
    }

    /// <summary>The walls.</summary>
    public MazeLayout Layout { get; }

    /// <summary>The shape.</summary>
    public MazeShape Shape => Layout.Shape;

    /// <summary>The cell of the start, row by row.</summary>
    public int Start { get; }

    /// <summary>The cell of the goal, row by row.</summary>
    public int Goal { get; }

    /// <summary>What a cell holds: wall, free, start or goal.</summary>
    /// <param name="cell">The cell, row by row.</param>
    public MazeCell this[int cell] =>
        Layout.Walls[cell] ? MazeCell.Wall : cell == Start ? MazeCell.Start : cell == Goal ? MazeCell.Goal : MazeCell.Free;

    /// <summary>Reads a square maze: one character a cell, row by row; '#' wall, ' ' free, 'S' start, 'G' goal.</summary>
    /// <param name="text">The characters, without line breaks.</param>
    /// <exception cref="PuzzleFormatException">No square length, another character, or not one start and one goal; names the cell.</exception>
    public static MazeGrid Parse(ReadOnlySpan<char> text) => Parse(text, MazeShape.OfCells(text.Length));

    /// <summary>Reads a maze: one character a cell, row by row; '#' wall, ' ' free, 'S' start, 'G' goal.</summary>
    /// <param name="text">The characters, without line breaks.</param>
    /// <param name="shape">The shape.</param>
    /// <exception cref="PuzzleFormatException">Another length or character, or not one start and one goal; names the cell.</exception>
    public static MazeGrid Parse(ReadOnlySpan<char> text, MazeShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return FromCells(MazeSymbols.Parse(text, shape, MazeCell.Goal), shape);
    }

    /// <summary>The maze seen under a transform.</summary>
    /// <param name="transform">The transform; one that swaps rows and columns swaps those of the shape.</param>
    public MazeGrid Transform(DihedralTransform transform)
    {
        var cells = new MazeCell[Shape.Cells];
        transform.Apply<MazeCell>(ToCells(), Shape.Rows, Shape.Columns, cells);
        return FromCells(cells, Shape.Transform(transform));
    }

    /// <summary>One character a cell, row by row. <see cref="Parse(ReadOnlySpan{char}, MazeShape)"/> reads it back.</summary>
    public override string ToString() => string.Create(Shape.Cells, this, static (text, maze) =>
    {
        for (var cell = 0; cell < text.Length; cell++)
        {
            text[cell] = MazeSymbols.Of(maze[cell]);
        }
    });

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] MazeGrid? other) =>
        other is not null && Start == other.Start && Goal == other.Goal && Layout.Equals(other.Layout);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MazeGrid);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Layout, Start, Goal);

    /// <summary>The maze of cells that hold no path and no padding.</summary>
    /// <exception cref="PuzzleFormatException">Not one start and one goal; names the cell.</exception>
    internal static MazeGrid FromCells(ReadOnlySpan<MazeCell> cells, MazeShape shape)
    {
        var start = MazeSymbols.Only(MazeCell.Start, cells, shape);
        var goal = MazeSymbols.Only(MazeCell.Goal, cells, shape);
        var walls = new bool[cells.Length];
        for (var cell = 0; cell < walls.Length; cell++)
        {
            walls[cell] = cells[cell] == MazeCell.Wall;
        }

        return new MazeGrid(new MazeLayout(shape, walls), start, goal);
    }

    /// <summary>What every cell holds, row by row.</summary>
    internal MazeCell[] ToCells()
    {
        var cells = new MazeCell[Shape.Cells];
        for (var cell = 0; cell < cells.Length; cell++)
        {
            cells[cell] = this[cell];
        }

        return cells;
    }

    private static void RequireFree(MazeLayout layout, int cell, string name)
    {
        if (cell < 0 || cell >= layout.Shape.Cells)
        {
            throw new PuzzleFormatException(
                FormattableString.Invariant($"expected a cell of 0 to {layout.Shape.Cells - 1}, got {cell}"), field: name);
        }

        if (layout.Walls[cell])
        {
            throw new PuzzleFormatException($"expected a free cell, got the wall in {layout.Shape.NameOf(cell)}", field: name);
        }
    }
}
