namespace Hrm.Puzzles;

/// <summary>
/// Makes mazes by the procedure from which the paper's sets come (searchformer, arXiv 2402.14083), with one maze a layout as in
/// Maze-Hard. The same seed gives the same mazes. Not safe for use by several threads at once.
/// </summary>
/// <remarks>
/// <para>
/// What is drawn: a layout of N cells has a number of walls that is uniform from 3·⌊N/10⌋ to 5·⌊N/10⌋, both included, in cells
/// that are uniform. For a layout up to <see cref="PairsPerLayout"/> pairs of different free cells are drawn, each ordered pair
/// equally likely; the first whose shortest path has at least <see cref="MinimumPathCells"/> cells is start and goal. A layout
/// without such a pair is dropped, and so is one that equals an earlier maze's, also when turned or mirrored. So a layout comes
/// as often as one of its pairs is found, and given the layout each of its pairs that fulfils the minimum is equally likely.
/// </para>
/// <para>
/// Most layouts in which no two cells are that far apart are seen to be so by three searches instead of 100, and of the pairs only
/// those are searched that may be far enough apart. Neither changes what is drawn.
/// </para>
/// <para>
/// The label is <see cref="MazePathFinder"/>'s path. Maze-Hard differs in one point that is known: 9 of its 2,000 layouts have fewer
/// than 270 walls.
/// </para>
/// </remarks>
public sealed class MazeGenerator
{
    /// <summary>The pairs of start and goal that are drawn for a layout at most.</summary>
    public const int PairsPerLayout = 100;

    /// <summary>The fewest cells of a path in Maze-Hard, start and goal included.</summary>
    public const int HardPathCells = 110;

    private readonly Random _random;
    private readonly int _maximumLayouts;
    private readonly MazeSearch _search;
    private readonly MazeReach _reach;
    private readonly int[] _order;
    private readonly bool[] _walls;
    private readonly HashSet<MazeLayout> _known = [];

    /// <summary>Creates a generator.</summary>
    /// <param name="shape">The shape of the mazes.</param>
    /// <param name="minimumPathCells">
    /// The fewest cells of a path, start and goal included; <see cref="HardPathCells"/> for mazes like Maze-Hard. No fewer than the
    /// grid has rows or columns are taken.
    /// </param>
    /// <param name="random">Where chance comes from.</param>
    /// <param name="maximumLayouts">The layouts to draw for one maze before giving up; of 30×30 about 1 in 900 gives one of 110 cells.</param>
    /// <exception cref="ArgumentOutOfRangeException">A minimum below 2 or above the number of cells, or fewer layouts than 1.</exception>
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

    /// <summary>The fewest cells of a path, start and goal included: what was asked for, and no fewer than rows or columns.</summary>
    public int MinimumPathCells { get; }

    /// <summary>The layouts drawn so far.</summary>
    public long LayoutsDrawn { get; private set; }

    /// <summary>Keeps a layout from being made, also turned or mirrored: one of a set that the new mazes must not share with.</summary>
    /// <param name="layout">The layout.</param>
    public void Exclude(MazeLayout layout) => _known.Add(MazeCanonicalForm.Of(layout));

    /// <summary>Makes a maze whose layout this generator has not made before, nor turned or mirrored.</summary>
    /// <param name="cancellationToken">Asked before every layout.</param>
    /// <returns>The maze with its answer; its rating is the number of cells of the path.</returns>
    /// <exception cref="MazeGenerationException">None within the number of layouts that the constructor was given.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public MazePuzzle NextPuzzle(CancellationToken cancellationToken = default)
    {
        for (var layouts = 0; layouts < _maximumLayouts; layouts++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryDraw() is { } maze && _known.Add(MazeCanonicalForm.Of(maze)))
            {
                return MazePuzzle.Of(maze, "generated");
            }
        }

        throw new MazeGenerationException(FormattableString.Invariant(
            $"expected a new maze of {Shape} with a path of at least {MinimumPathCells} cells within {_maximumLayouts} layouts, got none"));
    }

    /// <summary>Streams mazes, no two with the same layout, also when turned or mirrored.</summary>
    /// <param name="count">The number of mazes.</param>
    /// <param name="progress">Told after every maze.</param>
    /// <param name="cancellationToken">Asked before every layout.</param>
    /// <exception cref="MazeGenerationException">While enumerating: no further maze was found.</exception>
    /// <exception cref="OperationCanceledException">While enumerating: it was cancelled.</exception>
    public IEnumerable<MazePuzzle> Generate(
        int count,
        IProgress<MazeGeneratorProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return Stream(count, progress, cancellationToken);
    }

    private IEnumerable<MazePuzzle> Stream(int count, IProgress<MazeGeneratorProgress>? progress, CancellationToken cancellationToken)
    {
        var before = LayoutsDrawn;
        for (var made = 1; made <= count; made++)
        {
            var puzzle = NextPuzzle(cancellationToken);
            progress?.Report(new MazeGeneratorProgress(made, LayoutsDrawn - before));
            yield return puzzle;
        }
    }

    /// <summary>Draws one layout; a maze of it, or nothing.</summary>
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
