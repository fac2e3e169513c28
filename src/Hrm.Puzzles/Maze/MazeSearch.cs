namespace Hrm.Puzzles;

/// <summary>
/// Breadth-first search with buffers that are kept between searches. Neighbours are visited in the order down, left, right, up, and
/// each cell keeps the first parent that reached it: the paths are those of the paper's datasets.
/// </summary>
internal sealed class MazeSearch
{
    private const int Unseen = -1;
    private const int Blocked = -2;

    private readonly MazeShape _shape;
    private readonly int _stride;
    private readonly int[] _unseen;
    private readonly int[] _steps;
    private readonly int[] _parents;
    private readonly int[] _queue;

    public MazeSearch(MazeShape shape)
    {
        // A row of walls above and below, and a column of walls right of each row, which also ends the next row at its left: no step
        // has to check for the edge.
        _shape = shape;
        _stride = shape.Columns + 1;
        _unseen = new int[((shape.Rows + 2) * _stride) + 1];
        _unseen.AsSpan().Fill(Blocked);
        _steps = new int[_unseen.Length];
        _parents = new int[_unseen.Length];
        _queue = new int[shape.Cells];
    }

    /// <summary>The number of cells that the last search reached, including its first one.</summary>
    public int Reached { get; private set; }

    /// <summary>The last cell that the last search reached, at the maximum distance.</summary>
    public int Farthest => ReachedCell(Reached - 1);

    /// <summary>Implements <see cref="MazeGrid.FindShortestPath"/> for a question.</summary>
    public static MazeGrid? FindPath(MazeGrid maze)
    {
        var (start, goal) = (maze.Start, maze.Goal);
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

    /// <summary>Sets the walls of the next searches.</summary>
    public void Load(ReadOnlySpan<MazeCell> cells)
    {
        for (var cell = 0; cell < cells.Length; cell++)
        {
            _unseen[ToPlace(cell)] = cells[cell] == MazeCell.Wall ? Blocked : Unseen;
        }
    }

    /// <summary>Finds the distances of all cells from one, or of those not farther than <paramref name="until"/>.</summary>
    public void Run(int from, int? until = null)
    {
        _unseen.CopyTo(_steps, 0);
        var place = ToPlace(from);
        var last = until is { } cell ? ToPlace(cell) : -1;
        _steps[place] = 0;
        _queue[0] = place;
        Reached = 1;
        if (place == last)
        {
            return;
        }

        Span<int> moves = [_stride, -1, 1, -_stride];
        for (var head = 0; head < Reached; head++)
        {
            place = _queue[head];
            var steps = _steps[place] + 1;
            foreach (var move in moves)
            {
                var next = place + move;
                if (_steps[next] != Unseen)
                {
                    continue;
                }

                _steps[next] = steps;
                _parents[next] = place;
                _queue[Reached++] = next;
                if (next == last)
                {
                    return;
                }
            }
        }
    }

    /// <summary>The steps from the beginning of the last search, or a negative number for a cell that it did not reach.</summary>
    public int StepsTo(int cell) => _steps[ToPlace(cell)];

    /// <summary>The cell that the last search reached at an index, in order of distance.</summary>
    public int ReachedCell(int index) => ToCell(_queue[index]);

    /// <summary>The cell a number of steps before a cell, on the path by which the last search reached it.</summary>
    public int Before(int cell, int steps)
    {
        var place = ToPlace(cell);
        for (; steps > 0; steps--)
        {
            place = _parents[place];
        }

        return ToCell(place);
    }

    private int ToPlace(int cell) => cell + (cell / _shape.Columns) + _stride + 1;

    private int ToCell(int place) => place - _stride - 1 - ((place - _stride - 1) / _stride);
}
