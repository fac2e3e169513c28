using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Hrm.Puzzles;

/// <summary>
/// A maze with a path drawn into it. Immutable; holds whatever cells it was given, so that any prediction can be read: ask
/// <see cref="MazeChecker"/> whether it answers a maze.
/// </summary>
public sealed class MazeAnswer : IEquatable<MazeAnswer>
{
    private readonly MazeCell[] _cells;

    private MazeAnswer(MazeShape shape, MazeCell[] cells)
    {
        Shape = shape;
        _cells = cells;
    }

    /// <summary>The shape.</summary>
    public MazeShape Shape { get; }

    /// <summary>What the cells hold, row by row.</summary>
    public ReadOnlySpan<MazeCell> Cells => _cells;

    /// <summary>
    /// The number of cells that are path, start or goal. Of a valid answer: the length of its path, the paper's measure of difficulty.
    /// </summary>
    public int PathCells => Cells.Count(MazeCell.Path) + Cells.Count(MazeCell.Start) + Cells.Count(MazeCell.Goal);

    /// <summary>What a cell holds.</summary>
    /// <param name="cell">The cell, row by row.</param>
    public MazeCell this[int cell] => _cells[cell];

    /// <summary>Creates an answer from its cells.</summary>
    /// <param name="cells">The cells row by row; copied.</param>
    /// <param name="shape">The shape.</param>
    /// <exception cref="PuzzleFormatException">Another number of cells, or a value that is no cell; names the cell.</exception>
    public static MazeAnswer FromCells(ReadOnlySpan<MazeCell> cells, MazeShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (cells.Length != shape.Cells)
        {
            throw new PuzzleFormatException(FormattableString.Invariant($"expected {shape.Cells} cells ({shape}), got {cells.Length}"));
        }

        var wrong = MemoryMarshal.AsBytes(cells).IndexOfAnyExceptInRange((byte)MazeCell.Padding, (byte)MazeCell.Path);
        return wrong < 0
            ? new MazeAnswer(shape, cells.ToArray())
            : throw new PuzzleFormatException(FormattableString.Invariant(
                $"expected a cell of 0 to 5 in {shape.NameOf(wrong)}, got {(int)cells[wrong]}"));
    }

    /// <summary>Draws a path into a maze: start and goal stay, the cells between them become path.</summary>
    /// <param name="maze">The maze.</param>
    /// <param name="path">Cells row by row, for instance of <see cref="MazePathFinder.ShortestPath"/>.</param>
    /// <exception cref="ArgumentException">A cell that is a wall or outside the grid; names the cell.</exception>
    public static MazeAnswer Draw(MazeGrid maze, ReadOnlySpan<int> path)
    {
        ArgumentNullException.ThrowIfNull(maze);
        var cells = maze.ToCells();
        foreach (var cell in path)
        {
            if (cell < 0 || cell >= cells.Length || cells[cell] == MazeCell.Wall)
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"path: expected cells of 0 to {cells.Length - 1} that are no wall, got {cell}"),
                    nameof(path));
            }

            if (cells[cell] == MazeCell.Free)
            {
                cells[cell] = MazeCell.Path;
            }
        }

        return new MazeAnswer(maze.Shape, cells);
    }

    /// <summary>Reads an answer: one character a cell, row by row; '#' wall, ' ' free, 'S' start, 'G' goal, 'o' path.</summary>
    /// <param name="text">The characters, without line breaks.</param>
    /// <param name="shape">The shape.</param>
    /// <exception cref="PuzzleFormatException">Another length or character; names the position.</exception>
    public static MazeAnswer Parse(ReadOnlySpan<char> text, MazeShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return new MazeAnswer(shape, MazeSymbols.Parse(text, shape, MazeCell.Path));
    }

    /// <summary>The answer seen under a transform.</summary>
    /// <param name="transform">The transform; one that swaps rows and columns swaps those of the shape.</param>
    public MazeAnswer Transform(DihedralTransform transform)
    {
        var cells = new MazeCell[_cells.Length];
        transform.Apply(Cells, Shape.Rows, Shape.Columns, cells);
        return new MazeAnswer(Shape.Transform(transform), cells);
    }

    /// <summary>One character a cell, row by row; padding is '?'. Without padding <see cref="Parse"/> reads it back.</summary>
    public override string ToString() => string.Create(_cells.Length, _cells, static (text, cells) =>
    {
        for (var cell = 0; cell < text.Length; cell++)
        {
            text[cell] = MazeSymbols.Of(cells[cell]);
        }
    });

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
