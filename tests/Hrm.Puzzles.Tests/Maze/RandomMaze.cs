namespace Hrm.Puzzles.Tests;

/// <summary>Mazes of random shape and density for property tests, and an independent measure of distance.</summary>
internal static class RandomMaze
{
    public static MazeGrid Of(Random random, int maximumSide = 8)
    {
        var shape = new MazeShape(random.Next(1, maximumSide + 1), random.Next(2, maximumSide + 1));
        var order = Enumerable.Range(0, shape.Cells).ToArray();
        random.Shuffle(order);
        var cells = Enumerable.Repeat(MazeCell.Free, shape.Cells).ToArray();
        (cells[order[0]], cells[order[1]]) = (MazeCell.Start, MazeCell.Goal);
        foreach (var cell in order[2..].Take(random.Next(shape.Cells - 1)))
        {
            cells[cell] = MazeCell.Wall;
        }

        return MazeGrid.FromCells(cells, shape);
    }

    public static MazePuzzle Solvable(Random random, int maximumSide = 8)
    {
        while (true)
        {
            var maze = Of(random, maximumSide);
            if (maze.FindShortestPath() is { } answer)
            {
                return new MazePuzzle(maze, answer);
            }
        }
    }

    /// <summary>Steps from a cell by relaxation until nothing changes; -1 for a cell that cannot be reached.</summary>
    public static int[] Distances(MazeGrid maze, int from)
    {
        var steps = Enumerable.Repeat(-1, maze.Shape.Cells).ToArray();
        steps[from] = 0;
        for (var changed = true; changed;)
        {
            changed = false;
            for (var cell = 0; cell < steps.Length; cell++)
            {
                foreach (var neighbour in Neighbours(maze, cell).Where(neighbour => steps[neighbour] >= 0))
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

    /// <summary>The neighbours of a cell that are not walls; none of a wall.</summary>
    public static IEnumerable<int> Neighbours(MazeGrid maze, int cell)
    {
        var shape = maze.Shape;
        var (row, column) = (shape.RowOf(cell), shape.ColumnOf(cell));
        foreach (var (r, c) in new[] { (row + 1, column), (row, column - 1), (row, column + 1), (row - 1, column) })
        {
            if (r >= 0 && r < shape.Rows && c >= 0 && c < shape.Columns && maze[cell] != MazeCell.Wall && maze[(r * shape.Columns) + c] != MazeCell.Wall)
            {
                yield return (r * shape.Columns) + c;
            }
        }
    }
}
