using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Hrm.Puzzles;

/// <summary>
/// A maze with a path drawn into it. Immutable. The cells can be any prediction; <see cref="MazeChecker"/> checks whether they solve a
/// maze.
/// </summary>
public sealed class MazeAnswer : IEquatable<MazeAnswer>
{
    private readonly MazeCell[] _cells;

    internal MazeAnswer(MazeShape shape, MazeCell[] cells)
    {
        Shape = shape;
        _cells = cells;
    }

    /// <summary>The shape.</summary>
    public MazeShape Shape { get; }

    /// <summary>The cells, row by row.</summary>
    public ReadOnlySpan<MazeCell> Cells => _cells;

    /// <summary>
    /// The number of cells that are path, start or goal; for a valid answer, the paper's measure of difficulty.
    /// </summary>
    public int PathCells => Cells.Count(MazeCell.Path) + Cells.Count(MazeCell.Start) + Cells.Count(MazeCell.Goal);

    /// <summary>The content of a cell.</summary>
    /// <param name="cell">The index of the cell, row by row.</param>
    public MazeCell this[int cell] => _cells[cell];

    /// <summary>Draws a path into a maze; start and goal stay.</summary>
    /// <param name="maze">The maze.</param>
    /// <param name="path">Indices of cells, for example from <see cref="MazePathFinder.ShortestPath"/>.</param>
    /// <exception cref="ArgumentException">A cell is a wall or outside the grid; the message names it.</exception>
    public static MazeAnswer Draw(MazeGrid maze, ReadOnlySpan<int> path)
    {
        ArgumentNullException.ThrowIfNull(maze);
        var cells = maze.ToCells();
        foreach (var cell in path)
        {
            if (cell < 0 || cell >= cells.Length || cells[cell] == MazeCell.Wall)
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"path: expected cells of 0 to {cells.Length - 1} that are not a wall, got {cell}"),
                    nameof(path));
            }

            if (cells[cell] == MazeCell.Free)
            {
                cells[cell] = MazeCell.Path;
            }
        }

        return new MazeAnswer(maze.Shape, cells);
    }

    /// <summary>Parses an answer: one character per cell, row by row; '#' wall, ' ' free, 'S' start, 'G' goal, 'o' path.</summary>
    /// <param name="text">The characters, without line breaks.</param>
    /// <param name="shape">The shape.</param>
    /// <exception cref="PuzzleFormatException">The length or a character is not valid; the message names the position.</exception>
    public static MazeAnswer Parse(ReadOnlySpan<char> text, MazeShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return new MazeAnswer(shape, MazeSymbols.Parse(text, shape, MazeCell.Path));
    }

    /// <summary>Rotates or reflects the answer.</summary>
    /// <param name="transform">The transform; if it swaps rows and columns, the shape changes too.</param>
    public MazeAnswer Transform(DihedralTransform transform)
    {
        var cells = new MazeCell[_cells.Length];
        transform.Apply(Cells, Shape.Rows, Shape.Columns, cells);
        return new MazeAnswer(Shape.Transform(transform), cells);
    }

    /// <summary>Writes one character per cell, row by row; padding is '?'. <see cref="Parse"/> is the inverse if there is no padding.</summary>
    public override string ToString() => MazeSymbols.Format(_cells);

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] MazeAnswer? other) =>
        other is not null && Shape == other.Shape && Cells.SequenceEqual(other.Cells);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MazeAnswer);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Shape);
        hash.AddBytes(MemoryMarshal.AsBytes(Cells));
        return hash.ToHashCode();
    }
}
