namespace Hrm.Puzzles;

/// <summary>
/// Exact solver of mazes. A maze can have many shortest paths; this is the one in the paper's datasets, found by a breadth-first search
/// that visits neighbours in the order down, left, right, up.
/// </summary>
/// <remarks>All 2,000 labels of the paper's Maze-Hard set are equal to its paths, cell by cell.</remarks>
public static class MazePathFinder
{
    /// <summary>Finds a shortest path.</summary>
    /// <param name="maze">The maze.</param>
    /// <returns>The maze with the path, or <see langword="null"/> if the goal cannot be reached.</returns>
    /// <exception cref="PuzzleFormatException">A grid that is not a question; names the cell.</exception>
    public static MazeGrid? Solve(MazeGrid maze)
    {
        ArgumentNullException.ThrowIfNull(maze);
        var (start, goal) = (maze.RequireQuestion().Start, maze.Goal);
        var search = new MazeSearch(maze.Shape);
        search.Load(maze.Cells);
        search.Run(start, until: goal);
        if (search.StepsTo(goal) < 0)
        {
            return null;
        }

        var cells = maze.Cells.ToArray();
        for (var cell = search.Before(goal, 1); cell != start; cell = search.Before(cell, 1))
        {
            cells[cell] = MazeCell.Path;
        }

        return MazeGrid.FromCells(cells, maze.Shape);
    }
}
