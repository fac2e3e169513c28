using Hrm.Core;

namespace Hrm.Training;

/// <summary>The effect that a halting policy would have had on examples that ran longer, for all of them and by difficulty.</summary>
/// <remarks>
/// The policy is replayed by <see cref="EvaluatedExample.StopOf"/>, so several studies share one pass of an <see cref="Evaluator"/>.
/// Only counts are kept. Source: arXiv 2506.21734, figure 5.
/// </remarks>
public sealed class HaltingStudy
{
    private readonly IHaltingPolicy _policy;
    private readonly int _maxSegments;
    private readonly SortedDictionary<int, HaltingStatistics> _byDifficulty = [];

    /// <summary>Creates an empty study.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="maxSegments">M, the largest number of segments of an example and the length of the histograms.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxSegments"/> is not positive.</exception>
    public HaltingStudy(IHaltingPolicy policy, int maxSegments)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxSegments);
        _policy = policy;
        _maxSegments = maxSegments;
        All = new HaltingStatistics(maxSegments);
    }

    /// <summary>Statistics of all examples.</summary>
    public HaltingStatistics All { get; }

    /// <summary>Statistics of the examples of each difficulty that occurred, in ascending order.</summary>
    public IReadOnlyDictionary<int, HaltingStatistics> ByDifficulty => _byDifficulty;

    /// <summary>Adds an example. One without labels is not counted.</summary>
    /// <param name="example">The example; if it ran too few segments for the policy to stop, it counts as stopped by the maximum after the last.</param>
    /// <param name="difficulty">Any integer measure.</param>
    public void Add(EvaluatedExample example, int difficulty = 0)
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

/// <summary>The segments at which a policy stopped examples, and the share of right answers; see <see cref="HaltingStudy"/>.</summary>
public sealed class HaltingStatistics
{
    private readonly int[] _histogram;
    private int _exact;
    private int _exactOfStoppedEarly;

    internal HaltingStatistics(int maxSegments)
    {
        _histogram = new int[maxSegments];
    }

    /// <summary>The number of examples.</summary>
    public int Examples { get; private set; }

    /// <summary>The mean number of segments; NaN without examples.</summary>
    public double MeanSegments => _histogram.Select((count, index) => (double)count * (index + 1)).Sum() / Examples;

    /// <summary>The share of examples that were exact when they stopped; NaN without examples.</summary>
    public double ExactAccuracy => (double)_exact / Examples;

    /// <summary>The number of examples that stopped for another reason than the maximum, possibly at the last segment.</summary>
    public int StoppedEarly { get; private set; }

    /// <summary>The share of <see cref="StoppedEarly"/> that were exact; NaN without any.</summary>
    public double ExactOfStoppedEarly => (double)_exactOfStoppedEarly / StoppedEarly;

    /// <summary>The number of examples that stopped after m segments, at m - 1. Its length is the policy's maximum.</summary>
    public IReadOnlyList<int> Histogram => _histogram;

    internal void Add(SegmentResult segment, HaltReason reason)
    {
        var exact = segment.IsExact ? 1 : 0;
        Examples++;
        _exact += exact;
        _histogram[segment.Segment - 1]++;
        if (reason != HaltReason.Maximum)
        {
            StoppedEarly++;
            _exactOfStoppedEarly += exact;
        }
    }
}
