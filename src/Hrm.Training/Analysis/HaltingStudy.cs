namespace Hrm.Training;

/// <summary>The effect that a halting policy would have had on examples that ran longer.</summary>
/// <remarks>
/// The policy is replayed by <see cref="EvaluatedExample.StopOf"/>, so several studies share one pass of an <see cref="Evaluator"/>, for
/// instance one study per difficulty. Only counts are kept. Source: arXiv 2506.21734, figure 5.
/// </remarks>
public sealed class HaltingStudy
{
    private readonly IHaltingPolicy _policy;
    private readonly int[] _histogram;
    private int _exact;
    private int _exactOfStoppedEarly;

    /// <summary>Creates an empty study.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="maxSegments">M, the largest number of segments of an example.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxSegments"/> is not positive.</exception>
    public HaltingStudy(IHaltingPolicy policy, int maxSegments)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxSegments);
        _policy = policy;
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

    /// <summary>The number of examples that stopped after m segments, at index m - 1; M values.</summary>
    public IReadOnlyList<int> Histogram => _histogram;

    /// <summary>Adds an example. One without labels is not counted.</summary>
    /// <param name="example">The example; if it ran too few segments for the policy to stop, it counts as stopped by the maximum after the last.</param>
    public void Add(EvaluatedExample example)
    {
        ArgumentNullException.ThrowIfNull(example);
        if (example.Labelled == 0)
        {
            return;
        }

        var (segment, reason) = example.StopOf(_policy, _histogram.Length);
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
