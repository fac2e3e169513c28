namespace Hrm.Puzzles;

/// <summary>
/// The least layout among the eight that rotations and reflections make of a layout. Two layouts are the same up to symmetry
/// exactly if their canonical forms are equal.
/// </summary>
public static class MazeCanonicalForm
{
    /// <summary>The canonical form of a layout.</summary>
    /// <param name="layout">The layout.</param>
    /// <returns>
    /// The transformed layout with the fewest rows, and among those the one that is least when read row by row, a free cell before a
    /// wall.
    /// </returns>
    public static MazeLayout Of(MazeLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var shape = layout.Shape;
        var rows = Math.Min(shape.Rows, shape.Columns);
        var least = DihedralTransform.Identity;
        var leastWalls = new bool[shape.Cells];
        var walls = new bool[shape.Cells];
        var found = false;
        foreach (var transform in DihedralTransform.All.Where(transform => shape.Transform(transform).Rows == rows))
        {
            transform.Apply(layout.Walls, shape.Rows, shape.Columns, walls);
            if (!found || walls.AsSpan().SequenceCompareTo(leastWalls) < 0)
            {
                (walls, leastWalls) = (leastWalls, walls);
                least = transform;
                found = true;
            }
        }

        return new MazeLayout(shape.Transform(least), leastWalls);
    }

    /// <summary>The canonical form of the walls of a maze; start and goal do not count.</summary>
    /// <param name="maze">The maze.</param>
    public static MazeLayout Of(MazeGrid maze)
    {
        ArgumentNullException.ThrowIfNull(maze);
        return Of(maze.Layout);
    }
}
