using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Hrm.Puzzles;

/// <summary>The walls of a maze, without start and goal. Immutable.</summary>
public sealed class MazeLayout : IEquatable<MazeLayout>
{
    private readonly bool[] _walls;

    /// <summary>Creates a layout.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="walls"><see langword="true"/> for each cell that is a wall, row by row; copied.</param>
    /// <exception cref="ArgumentException">The number of cells does not match the shape.</exception>
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

    /// <summary><see langword="true"/> for each cell that is a wall, row by row.</summary>
    public ReadOnlySpan<bool> Walls => _walls;

    /// <summary>The number of cells that are walls.</summary>
    public int WallCount => Walls.Count(true);

    /// <summary>
    /// The canonical form under rotation and reflection: two layouts are equal up to symmetry exactly if their canonical forms are equal.
    /// </summary>
    /// <returns>
    /// The image with the fewest rows; among those, the least when read row by row, with a free cell before a wall.
    /// </returns>
    public MazeLayout ToCanonical()
    {
        var rows = Math.Min(Shape.Rows, Shape.Columns);
        MazeLayout? least = null;
        foreach (var transform in DihedralTransform.All.Where(transform => Shape.Transform(transform).Rows == rows))
        {
            var walls = new bool[_walls.Length];
            transform.Apply(Walls, Shape.Rows, Shape.Columns, walls);
            if (least is null || walls.AsSpan().SequenceCompareTo(least.Walls) < 0)
            {
                least = new MazeLayout(Shape.Transform(transform), walls);
            }
        }

        return least!;
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
}
