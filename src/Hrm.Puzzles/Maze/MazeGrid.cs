using System.Diagnostics.CodeAnalysis;

namespace Hrm.Puzzles;

/// <summary>
/// A maze: walls, a start and a goal. Moves go up, down, left and right between free cells, up to the edge of the grid. Immutable.
/// The goal may be unreachable; <see cref="MazePathFinder"/> finds out.
/// </summary>
public sealed class MazeGrid : IEquatable<MazeGrid>
{
    /// <summary>Creates a maze.</summary>
    /// <param name="layout">The walls.</param>
    /// <param name="start">The index of the start, row by row.</param>
    /// <param name="goal">The index of the goal, a different cell.</param>
    /// <exception cref="PuzzleFormatException">Start or goal is outside the grid or a wall, or both are the same cell; the message names it.</exception>
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

    /// <summary>The index of the start, row by row.</summary>
    public int Start { get; }

    /// <summary>The index of the goal, row by row.</summary>
    public int Goal { get; }

    /// <summary>The content of a cell: wall, free, start or goal.</summary>
    /// <param name="cell">The index of the cell, row by row.</param>
    public MazeCell this[int cell] =>
        Layout.Walls[cell] ? MazeCell.Wall : cell == Start ? MazeCell.Start : cell == Goal ? MazeCell.Goal : MazeCell.Free;

    /// <summary>Parses a square maze: one character per cell, row by row; '#' wall, ' ' free, 'S' start, 'G' goal.</summary>
    /// <param name="text">The characters, without line breaks.</param>
    /// <exception cref="PuzzleFormatException">The length is not a square, a character is not valid, or there is not exactly one start and one goal.</exception>
    public static MazeGrid Parse(ReadOnlySpan<char> text) => Parse(text, MazeShape.OfCells(text.Length));

    /// <summary>Parses a maze: one character per cell, row by row; '#' wall, ' ' free, 'S' start, 'G' goal.</summary>
    /// <param name="text">The characters, without line breaks.</param>
    /// <param name="shape">The shape.</param>
    /// <exception cref="PuzzleFormatException">The length or a character is not valid, or there is not exactly one start and one goal.</exception>
    public static MazeGrid Parse(ReadOnlySpan<char> text, MazeShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return FromCells(MazeSymbols.Parse(text, shape, MazeCell.Goal), shape);
    }

    /// <summary>Rotates or reflects the maze.</summary>
    /// <param name="transform">The transform; if it swaps rows and columns, the shape changes too.</param>
    public MazeGrid Transform(DihedralTransform transform)
    {
        var cells = new MazeCell[Shape.Cells];
        transform.Apply<MazeCell>(ToCells(), Shape.Rows, Shape.Columns, cells);
        return FromCells(cells, Shape.Transform(transform));
    }

    /// <summary>Writes one character per cell, row by row; <see cref="Parse(ReadOnlySpan{char}, MazeShape)"/> is the inverse.</summary>
    public override string ToString() => MazeSymbols.Format(ToCells());

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] MazeGrid? other) =>
        other is not null && Start == other.Start && Goal == other.Goal && Layout.Equals(other.Layout);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MazeGrid);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Layout, Start, Goal);

    /// <summary>Creates a maze from cells that are neither path nor padding.</summary>
    /// <exception cref="PuzzleFormatException">There is not exactly one start and one goal; the message names the cells.</exception>
    internal static MazeGrid FromCells(MazeCell[] cells, MazeShape shape)
    {
        var start = MazeSymbols.Only(MazeCell.Start, cells, shape);
        var goal = MazeSymbols.Only(MazeCell.Goal, cells, shape);
        var walls = Array.ConvertAll(cells, cell => cell == MazeCell.Wall);
        return new MazeGrid(new MazeLayout(shape, walls), start, goal);
    }

    /// <summary>The content of every cell, row by row.</summary>
    internal MazeCell[] ToCells() => [.. Enumerable.Range(0, Shape.Cells).Select(cell => this[cell])];

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
