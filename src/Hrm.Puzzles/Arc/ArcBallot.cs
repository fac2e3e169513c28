namespace Hrm.Puzzles;

/// <summary>Counts the answers to one test input.</summary>
internal sealed class ArcBallot
{
    private readonly Dictionary<ArcGrid, int> _places = [];
    private readonly List<(ArcGrid? Grid, int Votes, double Confidence)> _sums = [];
    private int? _placeOfNothing;

    /// <summary>Counts a prediction.</summary>
    /// <param name="grid">The answer, or nothing.</param>
    /// <param name="confidence">The sigmoid of its halting logit.</param>
    public void Add(ArcGrid? grid, double confidence)
    {
        var place = grid is null ? _placeOfNothing : _places.TryGetValue(grid, out var known) ? known : null;
        if (place is { } counted)
        {
            var sum = _sums[counted];
            _sums[counted] = (sum.Grid, sum.Votes + 1, sum.Confidence + confidence);
            return;
        }

        if (grid is null)
        {
            _placeOfNothing = _sums.Count;
        }
        else
        {
            _places.Add(grid, _sums.Count);
        }

        _sums.Add((grid, 1, confidence));
    }

    /// <summary>The candidates, the best first. The sort is stable: what ties stays in the order in which it was first seen.</summary>
    public IReadOnlyList<ArcCandidate> Rank() =>
    [
        .. _sums.Select(sum => new ArcCandidate(sum.Grid, sum.Votes, sum.Confidence / sum.Votes))
            .OrderByDescending(candidate => candidate.Votes)
            .ThenByDescending(candidate => candidate.Confidence),
    ];
}
