namespace Hrm.Puzzles;

/// <summary>Generates mazes whose number of path cells is uniform in a range: short and long ones to train on. Not thread-safe.</summary>
/// <remarks>
/// The number of path cells is drawn first, then layouts, as <see cref="MazeGenerator"/> draws them, until one has such a path. One end is
/// a uniform free cell, or the cell farthest from it if no cell is far enough away. The other end is a uniform cell at the
/// distance. A coin decides which of the two is the start.
/// </remarks>
public sealed class MazeLengthGenerator
{
    private readonly MazeShape _shape;
    private readonly int _minimum;
    private readonly int _maximum;
    private readonly int _maximumLayouts;
    private readonly MazeSearch _search;

    /// <summary>Creates a generator.</summary>
    /// <param name="shape">The shape of the mazes.</param>
    /// <param name="minimumPathCells">The smallest number of path cells, including start and goal; at least 2.</param>
    /// <param name="maximumPathCells">The largest number of path cells. In 30×30, 1 in 170 layouts has 110 and 1 in 10,000 has 130.</param>
    /// <param name="maximumLayouts">The layouts to draw for one maze.</param>
    /// <exception cref="ArgumentOutOfRangeException">A minimum below 2, a maximum out of minimum … cells, or no layouts.</exception>
    public MazeLengthGenerator(MazeShape shape, int minimumPathCells, int maximumPathCells, int maximumLayouts = 1_000_000)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfLessThan(minimumPathCells, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumPathCells, minimumPathCells);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maximumPathCells, shape.Cells);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximumLayouts);
        (_shape, _minimum, _maximum, _maximumLayouts) = (shape, minimumPathCells, maximumPathCells, maximumLayouts);
        _search = new MazeSearch(shape);
    }

    /// <summary>Draws a maze, which depends only on the random source. Layouts are not compared with earlier ones.</summary>
    /// <param name="random">The random source.</param>
    /// <returns>The maze with the path of <see cref="MazeGrid.FindShortestPath"/>; its rating is the number of path cells.</returns>
    /// <exception cref="PuzzleSupplyException">No maze was found within the number of layouts given to the constructor.</exception>
    public MazePuzzle Draw(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var steps = random.Next(_minimum, _maximum + 1) - 1;
        var layout = new MazeLayout(_shape);
        for (var layouts = 0; layouts < _maximumLayouts; layouts++)
        {
            var free = layout.Draw(random);
            _search.Load(layout.Cells);
            if (free.Length == 0 || FindEnd(free[random.Next(free.Length)], steps) is not { } end)
            {
                continue;
            }

            int[] others = [.. Enumerable.Range(0, _search.Reached).Select(_search.ReachedCell).Where(cell => _search.StepsTo(cell) == steps)];
            var other = others[random.Next(others.Length)];
            var (start, goal) = random.Next(2) == 0 ? (end, other) : (other, end);
            (layout.Cells[start], layout.Cells[goal]) = (MazeCell.Start, MazeCell.Goal);
            return MazePuzzle.Of(MazeGrid.FromCells(layout.Cells, _shape), "generated");
        }

        throw new PuzzleSupplyException(FormattableString.Invariant($"expected a maze of {_shape} with a path of {steps + 1} cells within {_maximumLayouts} layouts, got none"));
    }

    /// <summary>Returns a cell that has another at the distance, or <see langword="null"/>: the given cell or the cell farthest from it. The last search starts there.</summary>
    private int? FindEnd(int cell, int steps)
    {
        _search.Run(cell);
        if (_search.StepsTo(_search.Farthest) < steps)
        {
            cell = _search.Farthest;
            _search.Run(cell);
        }

        return _search.StepsTo(_search.Farthest) >= steps ? cell : null;
    }
}
