namespace Hrm.Training;

/// <summary>The formation of answers, segment by segment, averaged over examples that are added one at a time.</summary>
/// <remarks>
/// Every example has the same weight, whatever the number of its labels. Only sums are kept. Add the examples of an
/// <see cref="Evaluator"/>. Source: arXiv 2506.21734, figure 7, which shows single answers.
/// </remarks>
public sealed class AnswerStudy
{
    private readonly SegmentAverages[] _sums;

    /// <summary>Creates an empty study.</summary>
    /// <param name="segments">The number of segments of the study.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is not positive.</exception>
    public AnswerStudy(int segments)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(segments);
        _sums = [.. Enumerable.Range(1, segments).Select(segment => new SegmentAverages(segment, 0, 0, 0, 0))];
    }

    /// <summary>The number of examples with labels.</summary>
    public int Examples { get; private set; }

    /// <summary>The averages after each segment, in order; NaN without examples.</summary>
    public IReadOnlyList<SegmentAverages> Segments =>
        [.. _sums.Select(sum => new SegmentAverages(sum.Segment, sum.Exact / Examples, sum.Wrong / Examples, sum.Changed / Examples, sum.Restored / Examples))];

    /// <summary>Adds an example. One without labels is not counted.</summary>
    /// <param name="example">The example; segments beyond those of the study are ignored.</param>
    /// <exception cref="ArgumentException">It ran fewer segments than the study has.</exception>
    public void Add(EvaluatedExample example)
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
        for (var i = 0; i < _sums.Length; i++)
        {
            var (sum, result, labelled) = (_sums[i], example.Segments[i], (double)example.Labelled);
            _sums[i] = new SegmentAverages(
                sum.Segment,
                sum.Exact + (result.IsExact ? 1 : 0),
                sum.Wrong + (result.Wrong / labelled),
                sum.Changed + (result.Changed / labelled),
                sum.Restored + (result.Restored / labelled));
        }
    }
}

/// <summary>The predictions of one segment, averaged over the examples of an <see cref="AnswerStudy"/>.</summary>
/// <param name="Segment">The number of the segment, from 1.</param>
/// <param name="Exact">The share of examples whose labelled tokens are all right.</param>
/// <param name="Wrong">The mean share of labelled tokens that are wrong.</param>
/// <param name="Changed">The mean share of labelled tokens that differ from the segment before; 0 after the first.</param>
/// <param name="Restored">The mean share of labelled tokens that were wrong after the segment before and are right now; 0 after the first.</param>
public readonly record struct SegmentAverages(int Segment, double Exact, double Wrong, double Changed, double Restored);
