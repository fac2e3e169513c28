namespace Hrm.Puzzles;

/// <summary>
/// Breadth-first search in a maze, with buffers that last: thousands of searches allocate nothing. Cells are visited in the order
/// down, left, right, up, and a cell keeps the first parent that reached it; so the paths are those of the paper's maze sets.
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
    private int _reached;

    /// <summary>Creates the buffers of a shape, with no wall.</summary>
    public MazeSearch(MazeShape shape)
    {
        // A row of wall above and below, and one column of wall at the right of each row, which also bounds the next row at its
        // left: no step has to look for the edge.
        _shape = shape;
        _stride = shape.Columns + 1;
        _unseen = new int[((shape.Rows + 2) * _stride) + 1];
        _unseen.AsSpan().Fill(Blocked);
        _steps = new int[_unseen.Length];
        _parents = new int[_unseen.Length];
        _queue = new int[shape.Cells];
    }

    /// <summary>The number of cells that the last search reached, its first one included.</summary>
    public int Reached => _reached;

    /// <summary>The cell that the last search reached last: none is farther from where it began.</summary>
    public int Farthest => ToCell(_queue[_reached - 1]);

    /// <summary>Takes the walls of the searches to come.</summary>
    public void Load(ReadOnlySpan<bool> walls)
    {
        for (int row = 0, cell = 0; row < _shape.Rows; row++)
        {
            var place = ToPlace(cell);
            for (var column = 0; column < _shape.Columns; column++)
            {
                _unseen[place++] = walls[cell++] ? Blocked : Unseen;
            }
        }
    }

    /// <summary>Finds the distances of all cells from one, or of those no farther than the cell that is looked for.</summary>
    /// <param name="from">A free cell.</param>
    /// <param name="until">The cell at which to stop.</param>
    public void Run(int from, int? until = null)
    {
        _unseen.CopyTo(_steps, 0);
        var place = ToPlace(from);
        var last = until is { } cell ? ToPlace(cell) : -1;
        _steps[place] = 0;
        _queue[0] = place;
        _reached = 1;
        if (place == last)
        {
            return;
        }

        Span<int> moves = [_stride, -1, 1, -_stride];
        for (var head = 0; head < _reached; head++)
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
                _queue[_reached++] = next;
                if (next == last)
                {
                    return;
                }
            }
        }
    }

    /// <summary>The steps from where the last search began, or a negative number for a cell that it did not reach.</summary>
    public int StepsTo(int cell) => _steps[ToPlace(cell)];

    /// <summary>A cell that the last search reached, by the order in which it did.</summary>
    public int ReachedCell(int order) => ToCell(_queue[order]);

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

    /// <summary>The path by which the last search reached a cell, both ends included.</summary>
    public int[] PathTo(int cell)
    {
        var place = ToPlace(cell);
        var path = new int[_steps[place] + 1];
        for (var at = path.Length - 1; at >= 0; at--)
        {
            path[at] = ToCell(place);
            place = _parents[place];
        }

        return path;
    }

    private int ToPlace(int cell) => cell + (cell / _shape.Columns) + _stride + 1;

    private int ToCell(int place) => place - _stride - 1 - ((place - _stride - 1) / _stride);
}
