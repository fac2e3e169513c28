namespace Hrm.Puzzles;

/// <summary>
/// Upper bounds of the shortest paths of a layout. Most layouts, and most pairs of the others, then need no search of their own. A
/// pair that is far enough apart is never ruled out.
/// </summary>
/// <remarks>
/// In each connected part, the path between two cells is at most the path over a third one. The third cell is the middle of a long
/// shortest path, which makes the bound tight for cells that are far apart.
/// </remarks>
internal sealed class MazeReach(MazeShape shape, MazeSearch search)
{
    private const int Unseen = -1;
    private const int TooNear = -2;

    private readonly int[] _middleSteps = new int[shape.Cells];
    private readonly int[] _part = new int[shape.Cells];
    private int _required;

    /// <summary>Analyses a layout and loads it into the search.</summary>
    /// <param name="cells">The layout.</param>
    /// <param name="requiredSteps">The minimum number of steps from start to goal, 1 or more.</param>
    /// <returns>Whether a pair of cells can be that far apart.</returns>
    public bool Load(ReadOnlySpan<MazeCell> cells, int requiredSteps)
    {
        search.Load(cells);
        _required = requiredSteps;
        _part.AsSpan().Fill(Unseen);
        var found = false;
        for (var cell = 0; cell < cells.Length; cell++)
        {
            if (cells[cell] != MazeCell.Wall && _part[cell] == Unseen)
            {
                found |= LoadPart(cell);
            }
        }

        return found;
    }

    /// <summary>Whether the path between two free cells can have the required steps.</summary>
    public bool MayBeApart(int start, int goal) =>
        _part[start] == _part[goal] && _part[start] != TooNear && _middleSteps[start] + _middleSteps[goal] >= _required;

    private bool LoadPart(int first)
    {
        search.Run(first);
        var size = search.Reached;
        var isLarge = size > _required;
        if (isLarge)
        {
            search.Run(search.Farthest);
            var end = search.Farthest;
            search.Run(search.Before(end, search.StepsTo(end) / 2));
            isLarge = 2 * search.StepsTo(search.Farthest) >= _required;
        }

        for (var index = 0; index < size; index++)
        {
            var cell = search.ReachedCell(index);
            _part[cell] = isLarge ? first : TooNear;
            _middleSteps[cell] = search.StepsTo(cell);
        }

        return isLarge;
    }
}
