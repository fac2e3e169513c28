using Hrm.Core;

namespace Hrm.Training;

/// <summary>What a halting policy would have done with examples that ran on, and what it would have cost: all of them, and by difficulty.</summary>
/// <remarks>
/// The policy is replayed by <see cref="ExampleSegments.StopOf"/>, so several studies share one pass of a <see cref="SegmentEvaluator"/>.
/// Counts are kept, no examples. Source: arXiv 2506.21734, figure 5.
/// </remarks>
public sealed class HaltingStudy
{
    private readonly IHaltingPolicy _policy;
    private readonly int _maxSegments;
    private readonly SortedDictionary<int, HaltingStatistics> _byDifficulty = [];

    /// <summary>Creates a study of no examples.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="maxSegments">M, the largest number of segments of an example; also the length of the histograms.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxSegments"/> is not positive.</exception>
    public HaltingStudy(IHaltingPolicy policy, int maxSegments)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxSegments);
        _policy = policy;
        _maxSegments = maxSegments;
        All = new HaltingStatistics(maxSegments);
    }

    /// <summary>Of all examples.</summary>
    public HaltingStatistics All { get; }

    /// <summary>Of the examples of each difficulty that occurred, in ascending order.</summary>
    public IReadOnlyDictionary<int, HaltingStatistics> ByDifficulty => _byDifficulty;

    /// <summary>Adds an example. One without labels is not counted.</summary>
    /// <param name="example">The example; where it ran too few segments for the policy to stop, it counts as stopped by the maximum after the last.</param>
    /// <param name="difficulty">Any measure in whole numbers.</param>
    public void Add(ExampleSegments example, int difficulty = 0)
    {
        ArgumentNullException.ThrowIfNull(example);
        if (example.Labelled == 0)
        {
            return;
        }

        var (segment, reason) = example.StopOf(_policy, _maxSegments);
        if (!_byDifficulty.TryGetValue(difficulty, out var statistics))
        {
            statistics = new HaltingStatistics(_maxSegments);
            _byDifficulty.Add(difficulty, statistics);
        }

        All.Add(segment, reason);
        statistics.Add(segment, reason);
    }
}
