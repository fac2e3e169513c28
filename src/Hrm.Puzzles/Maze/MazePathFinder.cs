namespace Hrm.Puzzles;

/// <summary>
/// Shortest paths through mazes, by breadth-first search. Mazes have many; which one is taken matters to a model that learns
/// it, and here it is that of the paper's sets: neighbours in the order down, left, right, up, and a cell keeps the first parent
/// that reached it.
/// </summary>
/// <remarks>
/// Keeps its buffers from maze to maze. Not safe for use by several threads at once. All 2,000 labels of the paper's
/// Maze-Hard set are equal to its paths, cell by cell.
/// </remarks>
public sealed class MazePathFinder
{
    private readonly MazeSearch _search;

    /// <summary>Creates a path finder.</summary>
    /// <param name="shape">The shape of the mazes.</param>
    public MazePathFinder(MazeShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        Shape = shape;
        _search = new MazeSearch(shape);
    }

    /// <summary>The shape of the mazes.</summary>
    public MazeShape Shape { get; }

    /// <summary>Finds a shortest path from start to goal.</summary>
    /// <param name="maze">The maze.</param>
    /// <returns>Its cells in order, start and goal included; empty where the goal cannot be reached.</returns>
    /// <exception cref="ArgumentException">A maze of another shape.</exception>
    public int[] ShortestPath(MazeGrid maze) => ShortestPathCells(maze) == 0 ? [] : _search.PathTo(maze.Goal);

    /// <summary>Counts the cells of a shortest path, start and goal included: one more than its steps.</summary>
    /// <param name="maze">The maze.</param>
    /// <returns>The number of cells; 0 where the goal cannot be reached.</returns>
    /// <exception cref="ArgumentException">A maze of another shape.</exception>
    public int ShortestPathCells(MazeGrid maze)
    {
        ArgumentNullException.ThrowIfNull(maze);
        Load(maze.Layout);
        _search.Run(maze.Start, until: maze.Goal);
        return Math.Max(0, _search.StepsTo(maze.Goal) + 1);
    }

    /// <summary>Draws a shortest path into a maze.</summary>
    /// <param name="maze">The maze.</param>
    /// <returns>The answer, or <see langword="null"/> where the goal cannot be reached.</returns>
    /// <exception cref="ArgumentException">A maze of another shape.</exception>
    public MazeAnswer? Solve(MazeGrid maze)
    {
        var path = ShortestPath(maze);
        return path.Length == 0 ? null : MazeAnswer.Draw(maze, path);
    }

    /// <summary>Measures how far every cell is from one.</summary>
    /// <param name="layout">The walls.</param>
    /// <param name="from">A free cell.</param>
    /// <returns>The steps to each cell, row by row; -1 for a wall and for a cell that cannot be reached.</returns>
    /// <exception cref="ArgumentException">A layout of another shape, or a cell that is a wall or outside the grid.</exception>
    public int[] Distances(MazeLayout layout, int from)
    {
        ArgumentNullException.ThrowIfNull(layout);
        Load(layout);
        if (from < 0 || from >= Shape.Cells || layout.Walls[from])
        {
            throw new ArgumentException(
                FormattableString.Invariant($"from: expected a free cell of 0 to {Shape.Cells - 1}, got {from}"), nameof(from));
        }

        _search.Run(from);
        var steps = new int[Shape.Cells];
        for (var cell = 0; cell < steps.Length; cell++)
        {
            steps[cell] = Math.Max(-1, _search.StepsTo(cell));
        }

        return steps;
    }

    private void Load(MazeLayout layout)
    {
        if (layout.Shape != Shape)
        {
            throw new ArgumentException($"expected a maze of {Shape}, got {layout.Shape}", nameof(layout));
        }

        _search.Load(layout.Walls);
    }
}
