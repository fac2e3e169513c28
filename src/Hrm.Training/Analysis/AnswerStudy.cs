namespace Hrm.Training;

/// <summary>How answers form, segment by segment, on average over examples that come one at a time.</summary>
/// <remarks>
/// Every example weighs the same, however many of its tokens have a label. Sums are kept, no examples: feed it from
/// <see cref="SegmentEvaluator.Run"/>. Source: arXiv 2506.21734, figure 7, which shows single answers.
/// </remarks>
public sealed class AnswerStudy
{
    private readonly SegmentAverages[] _sums;

    /// <summary>Creates a study of no examples.</summary>
    /// <param name="segments">The number of segments to look at.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is not positive.</exception>
    public AnswerStudy(int segments)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(segments);
        _sums = [.. Enumerable.Range(1, segments).Select(segment => new SegmentAverages(segment, 0, 0, 0, 0))];
    }

    /// <summary>The number of examples with labels.</summary>
    public int Examples { get; private set; }

    /// <summary>The averages after each segment, in order.</summary>
    public IReadOnlyList<SegmentAverages> Segments => [.. _sums.Select(Average)];

    /// <summary>Adds an example. One without labels is not counted.</summary>
    /// <param name="example">The example; segments beyond those of the study are not looked at.</param>
    /// <exception cref="ArgumentException">It ran fewer segments than the study has.</exception>
    public void Add(ExampleSegments example)
    {
        ArgumentNullException.ThrowIfNull(example);
        if (example.Segments.Count < _sums.Length)
        {
            throw new ArgumentException($"expected at least {_sums.Length} segments, got {example.Segments.Count}", nameof(example));
        }

        if (example.Labelled == 0)
        {
            return;
        }

        Examples++;
        for (var place = 0; place < _sums.Length; place++)
        {
            _sums[place] = Sum(_sums[place], example.Segments[place], example.Labelled);
        }
    }

    private static SegmentAverages Sum(SegmentAverages sum, SegmentResult result, double labelled) => new(
        sum.Segment,
        sum.Exact + (result.IsExact ? 1 : 0),
        sum.Wrong + (result.Wrong / labelled),
        sum.Changed + (result.Changed / labelled),
        sum.Restored + (result.Restored / labelled));

    private SegmentAverages Average(SegmentAverages sum)
        => new(sum.Segment, sum.Exact / Examples, sum.Wrong / Examples, sum.Changed / Examples, sum.Restored / Examples);
}
