using Hrm.Core;

namespace Hrm.Training;

/// <summary>When a policy stopped examples, and how many of their answers were right then; see <see cref="HaltingStudy"/>.</summary>
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
    public double MeanSegments => _histogram.Select((count, place) => (double)count * (place + 1)).Sum() / Examples;

    /// <summary>The share of the examples that were exact when they stopped; NaN without examples.</summary>
    public double ExactAccuracy => (double)_exact / Examples;

    /// <summary>The number of examples for whose stop another reason than the maximum alone was given, be it at the last segment.</summary>
    public int StoppedEarly { get; private set; }

    /// <summary>The share of <see cref="StoppedEarly"/> that were exact; NaN where there are none.</summary>
    public double ExactOfStoppedEarly => (double)_exactOfStoppedEarly / StoppedEarly;

    /// <summary>The number of examples that stopped after m segments, at m - 1; one value for each segment up to the maximum of the study.</summary>
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
