namespace Hrm.Puzzles;

/// <summary>
/// Breadth-first search in a maze. The buffers are reused, so repeated searches do not allocate. Cells are visited in the order
/// down, left, right, up, and a cell keeps the first parent that reached it.
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

    /// <summary>Creates the buffers for a shape; call <see cref="Load"/> before the first search.</summary>
    public MazeSearch(MazeShape shape)
    {
        // The grid is padded with walls: a row above and below, and a column at the right of each row, which also bounds the
        // next row at its left. So no step checks for the edge.
        _shape = shape;
        _stride = shape.Columns + 1;
        _unseen = new int[((shape.Rows + 2) * _stride) + 1];
        _unseen.AsSpan().Fill(Blocked);
        _steps = new int[_unseen.Length];
        _parents = new int[_unseen.Length];
        _queue = new int[shape.Cells];
    }

    /// <summary>The number of cells that the last search reached, including its first.</summary>
    public int Reached => _reached;

    /// <summary>A cell at the greatest distance from the start of the last search.</summary>
    public int Farthest => ToCell(_queue[_reached - 1]);

    /// <summary>Sets the walls for the searches that follow.</summary>
    public void Load(ReadOnlySpan<bool> walls)
    {
        for (int row = 0, cell = 0; row < _shape.Rows; row++)
        {
            var padded = ToPadded(cell);
            for (var column = 0; column < _shape.Columns; column++)
            {
                _unseen[padded++] = walls[cell++] ? Blocked : Unseen;
            }
        }
    }

    /// <summary>Measures the distance of every cell from one, or of the cells up to <paramref name="until"/>.</summary>
    /// <param name="from">A free cell.</param>
    /// <param name="until">The cell at which to stop.</param>
    public void Run(int from, int? until = null)
    {
        _unseen.CopyTo(_steps, 0);
        var padded = ToPadded(from);
        var last = until is { } cell ? ToPadded(cell) : -1;
        _steps[padded] = 0;
        _queue[0] = padded;
        _reached = 1;
        if (padded == last)
        {
            return;
        }

        Span<int> moves = [_stride, -1, 1, -_stride];
        for (var head = 0; head < _reached; head++)
        {
            padded = _queue[head];
            var steps = _steps[padded] + 1;
            foreach (var move in moves)
            {
                var next = padded + move;
                if (_steps[next] != Unseen)
                {
                    continue;
                }

                _steps[next] = steps;
                _parents[next] = padded;
                _queue[_reached++] = next;
                if (next == last)
                {
                    return;
                }
            }
        }
    }

    /// <summary>The steps from the start of the last search; negative for a cell that it did not reach.</summary>
    public int StepsTo(int cell) => _steps[ToPadded(cell)];

    /// <summary>The cell that the last search reached at an index of its order.</summary>
    public int ReachedCell(int order) => ToCell(_queue[order]);

    /// <summary>The cell a number of steps before a cell on its path from the start of the last search.</summary>
    public int Before(int cell, int steps)
    {
        var padded = ToPadded(cell);
        for (; steps > 0; steps--)
        {
            padded = _parents[padded];
        }

        return ToCell(padded);
    }

    /// <summary>The path from the start of the last search to a cell, both included; empty if it was not reached.</summary>
    public int[] PathTo(int cell)
    {
        var padded = ToPadded(cell);
        var path = new int[Math.Max(0, _steps[padded] + 1)];
        for (var at = path.Length - 1; at >= 0; at--)
        {
            path[at] = ToCell(padded);
            padded = _parents[padded];
        }

        return path;
    }

    private int ToPadded(int cell) => cell + (cell / _shape.Columns) + _stride + 1;

    private int ToCell(int padded) => padded - _stride - 1 - ((padded - _stride - 1) / _stride);
}
