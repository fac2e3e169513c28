namespace Hrm.Puzzles.Tests;

/// <summary>Mazes of random shape and density for property tests, and an independent measure of distance.</summary>
internal static class RandomMaze
{
    public static MazeGrid Of(Random random, int maximumSide = 8)
    {
        var shape = new MazeShape(random.Next(1, maximumSide + 1), random.Next(2, maximumSide + 1));
        var cells = Enumerable.Range(0, shape.Cells).ToArray();
        random.Shuffle(cells);
        var walls = new bool[shape.Cells];
        foreach (var cell in cells[2..].Take(random.Next(shape.Cells - 1)))
        {
            walls[cell] = true;
        }

        return new MazeGrid(new MazeLayout(shape, walls), cells[0], cells[1]);
    }

    public static MazePuzzle Solvable(Random random, int maximumSide = 8)
    {
        while (true)
        {
            var maze = Of(random, maximumSide);
            if (MazePathFinder.Solve(maze) is { } answer)
            {
                return new MazePuzzle(maze, answer);
            }
        }
    }

    /// <summary>Steps from a cell by relaxation until nothing changes; -1 where there is no way.</summary>
    public static int[] Distances(MazeLayout layout, int from)
    {
        var steps = Enumerable.Repeat(-1, layout.Shape.Cells).ToArray();
        steps[from] = 0;
        for (var changed = true; changed;)
        {
            changed = false;
            for (var cell = 0; cell < steps.Length; cell++)
            {
                foreach (var neighbour in Neighbours(layout, cell).Where(neighbour => steps[neighbour] >= 0))
                {
                    if (steps[cell] < 0 || steps[neighbour] + 1 < steps[cell])
                    {
                        steps[cell] = steps[neighbour] + 1;
                        changed = true;
                    }
                }
            }
        }

        return steps;
    }

    /// <summary>The free neighbours of a free cell.</summary>
    public static IEnumerable<int> Neighbours(MazeLayout layout, int cell)
    {
        var shape = layout.Shape;
        var (row, column) = (shape.RowOf(cell), shape.ColumnOf(cell));
        foreach (var (r, c) in new[] { (row + 1, column), (row, column - 1), (row, column + 1), (row - 1, column) })
        {
            if (r >= 0 && r < shape.Rows && c >= 0 && c < shape.Columns && !layout.Walls[cell] && !layout.Walls[(r * shape.Columns) + c])
            {
                yield return (r * shape.Columns) + c;
            }
        }
    }
}
