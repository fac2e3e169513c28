namespace Hrm.Puzzles;

/// <summary>
/// Bounds the shortest paths of a layout from above, so that most layouts, and most pairs of the others, need no search of
/// their own. It never says no to a pair that is far enough apart.
/// </summary>
/// <remarks>
/// In each connected part: the way between two cells is at most the way over a third one. The third cell is taken from the middle of a
/// long shortest path, where the sum is near the true distance of cells that are far apart.
/// </remarks>
internal sealed class MazeReach(MazeShape shape, MazeSearch search)
{
    private const int Unseen = -1;
    private const int TooNear = -2;

    private readonly int[] _middleSteps = new int[shape.Cells];
    private readonly int[] _part = new int[shape.Cells];
    private int _required;

    /// <summary>Takes the layout that the search has loaded.</summary>
    /// <param name="walls">Its walls.</param>
    /// <param name="requiredSteps">The steps from start to goal at least, 1 or more.</param>
    /// <returns>Whether some pair of cells may be that far apart.</returns>
    public bool Load(ReadOnlySpan<bool> walls, int requiredSteps)
    {
        _required = requiredSteps;
        _part.AsSpan().Fill(Unseen);
        var may = false;
        for (var cell = 0; cell < walls.Length; cell++)
        {
            if (!walls[cell] && _part[cell] == Unseen)
            {
                may |= LoadPart(cell);
            }
        }

        return may;
    }

    /// <summary>Whether the way between two free cells may have the steps that are required.</summary>
    public bool MayBeApart(int start, int goal) =>
        _part[start] == _part[goal] && _part[start] != TooNear && _middleSteps[start] + _middleSteps[goal] >= _required;

    private bool LoadPart(int first)
    {
        search.Run(first);
        var size = search.Reached;
        if (size <= _required)
        {
            return Mark(TooNear, size);
        }

        search.Run(search.Farthest);
        var end = search.Farthest;
        search.Run(search.Before(end, search.StepsTo(end) / 2));
        if (2 * search.StepsTo(search.Farthest) < _required)
        {
            return Mark(TooNear, size);
        }

        for (var order = 0; order < size; order++)
        {
            var cell = search.ReachedCell(order);
            _middleSteps[cell] = search.StepsTo(cell);
        }

        return Mark(first, size);
    }

    /// <summary>Marks the cells of the last search; tells whether they may hold a pair.</summary>
    private bool Mark(int part, int size)
    {
        for (var order = 0; order < size; order++)
        {
            _part[search.ReachedCell(order)] = part;
        }

        return part != TooNear;
    }
}
