namespace Hrm.Puzzles;

/// <summary>
/// Generates mazes by the procedure of the paper's datasets (searchformer, arXiv 2402.14083), one maze per layout as in Maze-Hard. The
/// same seed gives the same mazes. Not thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// A layout of N cells has a uniform number of walls from 3·⌊N/10⌋ to 5·⌊N/10⌋, inclusive, in uniform cells. Up to 100 ordered pairs of
/// different free cells are drawn uniformly. The first pair whose shortest path has at least <see cref="MinimumPathCells"/> cells is
/// start and goal. A layout without such a pair is dropped, and so is one that equals the layout of an earlier maze up to rotation
/// and reflection.
/// </para>
/// <para>
/// The answer is the path of <see cref="MazeGrid.FindShortestPath"/>. Maze-Hard has one known difference: 9 of its 2,000 layouts have fewer than
/// 270 walls.
/// </para>
/// </remarks>
public sealed class MazeGenerator
{
    /// <summary>The minimum number of path cells in Maze-Hard, including start and goal.</summary>
    public const int HardPathCells = 110;

    private const int PairsPerLayout = 100;

    private readonly Random _random;
    private readonly int _maximumLayouts;
    private readonly MazeSearch _search;
    private readonly MazeReach _reach;
    private readonly MazeLayout _layout;
    private readonly HashSet<string> _known = [];

    /// <summary>Creates a generator.</summary>
    /// <param name="shape">The shape of the mazes.</param>
    /// <param name="minimumPathCells">
    /// The minimum number of path cells, including start and goal; raised to the number of rows or columns if it is lower.
    /// <see cref="HardPathCells"/> gives mazes like Maze-Hard.
    /// </param>
    /// <param name="random">The random source.</param>
    /// <param name="maximumLayouts">The layouts to draw for one maze. About 1 in 900 layouts of 30×30 gives a path of 110 cells.</param>
    /// <exception cref="ArgumentOutOfRangeException">A minimum below 2 or above the number of cells, or no layouts.</exception>
    public MazeGenerator(MazeShape shape, int minimumPathCells, Random random, int maximumLayouts = 1_000_000)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfLessThan(minimumPathCells, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minimumPathCells, shape.Cells);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximumLayouts);
        (Shape, _random, _maximumLayouts) = (shape, random, maximumLayouts);
        MinimumPathCells = Math.Max(minimumPathCells, Math.Max(shape.Rows, shape.Columns));
        _search = new MazeSearch(shape);
        _reach = new MazeReach(shape, _search);
        _layout = new MazeLayout(shape);
    }

    /// <summary>The shape of the mazes.</summary>
    public MazeShape Shape { get; }

    /// <summary>The minimum number of path cells, including start and goal; at least the number of rows and of columns.</summary>
    public int MinimumPathCells { get; }

    /// <summary>The number of layouts drawn so far.</summary>
    public long LayoutsDrawn { get; private set; }

    /// <summary>Generates a maze with a new layout.</summary>
    /// <param name="cancellationToken">Checked before every layout.</param>
    /// <returns>The maze with its answer; its rating is the number of path cells.</returns>
    /// <exception cref="PuzzleSupplyException">No maze was found within the number of layouts given to the constructor.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public MazePuzzle NextPuzzle(CancellationToken cancellationToken = default)
    {
        for (var layouts = 0; layouts < _maximumLayouts; layouts++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryDraw() is { } maze && _known.Add(maze.CanonicalLayout()))
            {
                return MazePuzzle.Of(maze, "generated");
            }
        }

        throw new PuzzleSupplyException(FormattableString.Invariant(
            $"expected a new maze of {Shape} with a path of at least {MinimumPathCells} cells within {_maximumLayouts} layouts, got none"));
    }

    /// <summary>Streams mazes with different layouts.</summary>
    /// <param name="count">The number of mazes.</param>
    /// <param name="cancellationToken">Checked before every layout.</param>
    /// <exception cref="PuzzleSupplyException">While enumerating: no further maze was found.</exception>
    /// <exception cref="OperationCanceledException">While enumerating: cancelled.</exception>
    public IEnumerable<MazePuzzle> Generate(int count, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return Enumerable.Range(0, count).Select(_ => NextPuzzle(cancellationToken));
    }

    /// <summary>Draws one layout and searches it for a maze.</summary>
    private MazeGrid? TryDraw()
    {
        LayoutsDrawn++;
        var free = _layout.Draw(_random);
        if (free.Length < 2 || !_reach.Load(_layout.Cells, MinimumPathCells - 1))
        {
            return null;
        }

        for (var pair = 0; pair < PairsPerLayout; pair++)
        {
            var first = _random.Next(free.Length);
            var second = _random.Next(free.Length - 1);
            var start = free[first];
            var goal = free[second < first ? second : second + 1];
            if (!_reach.MayBeApart(start, goal))
            {
                continue;
            }

            _search.Run(start, until: goal);
            if (_search.StepsTo(goal) >= MinimumPathCells - 1)
            {
                (_layout.Cells[start], _layout.Cells[goal]) = (MazeCell.Start, MazeCell.Goal);
                return MazeGrid.FromCells(_layout.Cells, Shape);
            }
        }

        return null;
    }
}
