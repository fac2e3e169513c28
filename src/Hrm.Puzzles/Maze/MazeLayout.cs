using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Hrm.Puzzles;

/// <summary>The walls of a maze, without start and goal. Immutable.</summary>
public sealed class MazeLayout : IEquatable<MazeLayout>
{
    private readonly bool[] _walls;

    /// <summary>Creates a layout.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="walls">Whether a cell is a wall, row by row; copied.</param>
    /// <exception cref="ArgumentException">Another number of cells.</exception>
    public MazeLayout(MazeShape shape, ReadOnlySpan<bool> walls)
        : this(shape, walls.ToArray())
    {
    }

    private MazeLayout(MazeShape shape, bool[] walls)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (walls.Length != shape.Cells)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"walls: expected {shape.Cells} cells ({shape}), got {walls.Length}"), nameof(walls));
        }

        Shape = shape;
        _walls = walls;
    }

    /// <summary>The shape.</summary>
    public MazeShape Shape { get; }

    /// <summary>Whether a cell is a wall, row by row.</summary>
    public ReadOnlySpan<bool> Walls => _walls;

    /// <summary>The number of cells that are walls.</summary>
    public int WallCount => Walls.Count(true);

    /// <summary>The layout seen under a transform.</summary>
    /// <param name="transform">The transform; one that swaps rows and columns swaps those of the shape.</param>
    public MazeLayout Transform(DihedralTransform transform)
    {
        var walls = new bool[_walls.Length];
        transform.Apply(Walls, Shape.Rows, Shape.Columns, walls);
        return new MazeLayout(Shape.Transform(transform), walls);
    }

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] MazeLayout? other) =>
        other is not null && Shape == other.Shape && Walls.SequenceEqual(other.Walls);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MazeLayout);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Shape);
        hash.AddBytes(MemoryMarshal.AsBytes(Walls));
        return hash.ToHashCode();
    }

    /// <summary>One character a cell, row by row: '#' for a wall, ' ' for a free cell.</summary>
    public override string ToString() => string.Create(_walls.Length, _walls, static (text, walls) =>
    {
        for (var cell = 0; cell < text.Length; cell++)
        {
            text[cell] = MazeSymbols.Of(walls[cell] ? MazeCell.Wall : MazeCell.Free);
        }
    });
}
