namespace Hrm.Puzzles;

/// <summary>
/// Upper bounds of the distances in a layout. Most layouts, and most pairs of the others, can be rejected without a search of
/// their own. A pair that is far enough apart is never rejected.
/// </summary>
/// <remarks>
/// The bound is d(a, b) ≤ d(a, m) + d(m, b) in each connected part. The cell m is the middle of a long shortest path; for cells that
/// are far apart the sum is then close to the true distance.
/// </remarks>
internal sealed class MazeReach(MazeShape shape, MazeSearch search)
{
    private const int Unseen = -1;
    private const int TooNear = -2;

    private readonly int[] _middleSteps = new int[shape.Cells];
    private readonly int[] _part = new int[shape.Cells];
    private int _required;

    /// <summary>Computes the bounds of the layout that the search has loaded.</summary>
    /// <param name="walls">Its walls.</param>
    /// <param name="requiredSteps">The least steps from start to goal, at least 1.</param>
    /// <returns>Whether a pair of cells may be that far apart.</returns>
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

    /// <summary>Whether two free cells may be at least the required steps apart.</summary>
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

    /// <summary>Marks the cells of the last search; returns whether they may contain a pair.</summary>
    private bool Mark(int part, int size)
    {
        for (var order = 0; order < size; order++)
        {
            _part[search.ReachedCell(order)] = part;
        }

        return part != TooNear;
    }
}
