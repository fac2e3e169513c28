namespace Hrm.Puzzles;

/// <summary>Random walls: of N cells a uniform number from 3·⌊N/10⌋ to 5·⌊N/10⌋, inclusive, in uniform cells.</summary>
internal sealed class MazeLayout(MazeShape shape)
{
    private readonly MazeCell[] _cells = new MazeCell[shape.Cells];
    private readonly int[] _order = [.. Enumerable.Range(0, shape.Cells)];

    /// <summary>The cells: walls and free cells after a draw.</summary>
    public Span<MazeCell> Cells => _cells;

    /// <summary>Draws a layout.</summary>
    /// <returns>The free cells, valid until the next draw. Their order depends on earlier draws.</returns>
    public ReadOnlySpan<int> Draw(Random random)
    {
        var tenth = _cells.Length / 10;
        var walls = random.Next(3 * tenth, (5 * tenth) + 1);
        Cells.Fill(MazeCell.Free);
        for (var i = 0; i < walls; i++)
        {
            // The first entries of a shuffle: each set of cells is equally likely.
            var drawn = random.Next(i, _order.Length);
            (_order[i], _order[drawn]) = (_order[drawn], _order[i]);
            _cells[_order[i]] = MazeCell.Wall;
        }

        return _order.AsSpan(walls);
    }
}
