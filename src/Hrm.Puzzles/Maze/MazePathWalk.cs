namespace Hrm.Puzzles;

/// <summary>Walks the path of an answer whose walls, start and goal are those of its maze.</summary>
internal sealed class MazePathWalk(MazeGrid question, MazeAnswer answer)
{
    private readonly MazeShape _shape = question.Shape;

    /// <summary>Where the path breaks off, branches or leaves cells over; <see langword="null"/> when it leads from start to goal.</summary>
    public MazeFault? FindFault()
    {
        var walked = new bool[_shape.Cells];
        var cell = question.Start;
        var before = -1;
        while (true)
        {
            walked[cell] = true;
            var (ways, next) = WaysOn(cell, before);
            if (cell == question.Goal)
            {
                return ways == 0 ? FindStray(walked) : Branch(cell, ways, expected: 0);
            }

            if (ways != 1)
            {
                return ways == 0 ? DeadEnd(cell) : Branch(cell, ways, expected: 1);
            }

            // The walk never meets itself, hence ends: the cell where it did would have branched before.
            (before, cell) = (cell, next);
        }
    }

    private (int Ways, int Next) WaysOn(int cell, int before)
    {
        var (row, column) = (_shape.RowOf(cell), _shape.ColumnOf(cell));
        var (ways, next) = (0, -1);
        Look(row + 1 < _shape.Rows, cell + _shape.Columns);
        Look(column > 0, cell - 1);
        Look(column + 1 < _shape.Columns, cell + 1);
        Look(row > 0, cell - _shape.Columns);
        return (ways, next);

        void Look(bool exists, int neighbour)
        {
            if (exists && neighbour != before && answer[neighbour] is (MazeCell.Path or MazeCell.Start or MazeCell.Goal))
            {
                ways++;
                next = neighbour;
            }
        }
    }

    private MazeFault? FindStray(bool[] walked)
    {
        for (var cell = 0; cell < walked.Length; cell++)
        {
            if (answer[cell] == MazeCell.Path && !walked[cell])
            {
                return new MazeFault(MazeFaultKind.Stray, cell,
                    $"expected every cell of path between start and goal, got one apart in {_shape.NameOf(cell)}");
            }
        }

        return null;
    }

    private MazeFault DeadEnd(int cell) =>
        new(MazeFaultKind.DeadEnd, cell, $"expected a path from the start to the goal, got one that ends in {_shape.NameOf(cell)}");

    private MazeFault Branch(int cell, int ways, int expected) =>
        new(MazeFaultKind.Branch, cell, FormattableString.Invariant(
            $"expected {expected} {(expected == 1 ? "way" : "ways")} for the path to go on in {_shape.NameOf(cell)}, got {ways}"));
}
