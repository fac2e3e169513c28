namespace Hrm.Puzzles;

/// <summary>
/// Generates mazes by the procedure of the paper's sets (searchformer, arXiv 2402.14083), one maze per layout as in Maze-Hard. The same
/// seed gives the same mazes. Not thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// A layout of N cells has a number of walls that is uniform from 3·⌊N/10⌋ to 5·⌊N/10⌋, both included, in uniform cells. Up to
/// <see cref="PairsPerLayout"/> ordered pairs of different free cells are drawn per layout, each equally likely. The first pair whose
/// shortest path has at least <see cref="MinimumPathCells"/> cells becomes start and goal. A layout without such a pair is dropped,
/// and so is a rotated or reflected copy of an earlier maze's layout.
/// </para>
/// <para>
/// Three searches reject most layouts that have no such pair, and an upper bound rejects most pairs. Neither changes the result.
/// </para>
/// <para>
/// The label is the path of <see cref="MazePathFinder"/>. One difference from Maze-Hard is known: 9 of its 2,000 layouts have fewer than
/// 270 walls.
/// </para>
/// </remarks>
public sealed class MazeGenerator
{
    /// <summary>The largest number of pairs of start and goal that are drawn per layout.</summary>
    public const int PairsPerLayout = 100;

    /// <summary>The fewest cells of a path in Maze-Hard, start and goal included.</summary>
    public const int HardPathCells = 110;

    private readonly Random _random;
    private readonly int _maximumLayouts;
    private readonly MazeSearch _search;
    private readonly MazeReach _reach;
    private readonly int[] _order;
    private readonly bool[] _walls;
    private readonly HashSet<MazeLayout> _made = [];

    /// <summary>Creates a generator.</summary>
    /// <param name="shape">The shape of the mazes.</param>
    /// <param name="minimumPathCells">
    /// The fewest cells of a path, start and goal included; <see cref="HardPathCells"/> for mazes like Maze-Hard. Raised to the number of
    /// rows or columns if it is below.
    /// </param>
    /// <param name="random">The random source.</param>
    /// <param name="maximumLayouts">The layouts to draw for one maze before failing; of 30×30 about 1 in 900 has a path of 110 cells.</param>
    /// <exception cref="ArgumentOutOfRangeException">The minimum is below 2 or above the number of cells, or the number of layouts is below 1.</exception>
    public MazeGenerator(MazeShape shape, int minimumPathCells, Random random, int maximumLayouts = 1_000_000)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfLessThan(minimumPathCells, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minimumPathCells, shape.Cells);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximumLayouts);
        Shape = shape;
        MinimumPathCells = Math.Max(minimumPathCells, Math.Max(shape.Rows, shape.Columns));
        _random = random;
        _maximumLayouts = maximumLayouts;
        _search = new MazeSearch(shape);
        _reach = new MazeReach(shape, _search);
        _order = [.. Enumerable.Range(0, shape.Cells)];
        _walls = new bool[shape.Cells];
    }

    /// <summary>The shape of the mazes.</summary>
    public MazeShape Shape { get; }

    /// <summary>The fewest cells of a path, start and goal included; at least the number of rows and of columns.</summary>
    public int MinimumPathCells { get; }

    /// <summary>The layouts drawn so far.</summary>
    public long LayoutsDrawn { get; private set; }

    /// <summary>Generates a maze whose layout is new, rotated or reflected ones included.</summary>
    /// <param name="cancellationToken">Checked before every layout.</param>
    /// <returns>The maze with its answer; its rating is the number of cells of the path.</returns>
    /// <exception cref="MazeGenerationException">No maze was found within the maximum number of layouts.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public MazePuzzle NextPuzzle(CancellationToken cancellationToken = default)
    {
        for (var layouts = 0; layouts < _maximumLayouts; layouts++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryDraw() is { } maze && _made.Add(maze.Layout.ToCanonical()))
            {
                return MazePuzzle.Of(maze, "generated");
            }
        }

        throw new MazeGenerationException(FormattableString.Invariant(
            $"expected a new maze of {Shape} with a path of at least {MinimumPathCells} cells within {_maximumLayouts} layouts, got none"));
    }

    /// <summary>Streams mazes; no two have the same layout, rotated or reflected ones included.</summary>
    /// <param name="count">The number of mazes.</param>
    /// <param name="cancellationToken">Checked before every layout.</param>
    /// <exception cref="MazeGenerationException">While enumerating: no further maze was found.</exception>
    /// <exception cref="OperationCanceledException">While enumerating: the token was cancelled.</exception>
    public IEnumerable<MazePuzzle> Generate(int count, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return Enumerable.Range(0, count).Select(_ => NextPuzzle(cancellationToken));
    }

    /// <summary>Draws one layout; returns its maze, or <see langword="null"/> if it has none.</summary>
    private MazeGrid? TryDraw()
    {
        LayoutsDrawn++;
        var walls = DrawWalls();
        var free = _order.AsSpan(walls);
        _search.Load(_walls);
        if (free.Length < 2 || !_reach.Load(_walls, MinimumPathCells - 1))
        {
            return null;
        }

        for (var pair = 0; pair < PairsPerLayout; pair++)
        {
            var first = _random.Next(free.Length);
            var second = _random.Next(free.Length - 1);
            var start = free[first];
            var goal = free[second < first ? second : second + 1];
            if (AreApart(start, goal))
            {
                return new MazeGrid(new MazeLayout(Shape, _walls), start, goal);
            }
        }

        return null;
    }

    private int DrawWalls()
    {
        var tenth = Shape.Cells / 10;
        var count = _random.Next(3 * tenth, (5 * tenth) + 1);
        Array.Clear(_walls);
        for (var i = 0; i < count; i++)
        {
            // The first entries of a shuffle, drawn one at a time: each set of cells is equally likely.
            var drawn = _random.Next(i, _order.Length);
            (_order[i], _order[drawn]) = (_order[drawn], _order[i]);
            _walls[_order[i]] = true;
        }

        return count;
    }

    private bool AreApart(int start, int goal)
    {
        if (!_reach.MayBeApart(start, goal))
        {
            return false;
        }

        _search.Run(start, until: goal);
        return _search.StepsTo(goal) >= MinimumPathCells - 1;
    }
}

/// <summary>Exception for a maze that was not found: the minimum path is too long for the shape, or its layouts are used up.</summary>
public sealed class MazeGenerationException : HrmException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">The expected maze, and the number of layouts drawn.</param>
    public MazeGenerationException(string message)
        : base(message)
    {
    }
}
