namespace Hrm.Training.Tests;

public sealed class AnswerStudyTests
{
    private readonly AnswerStudy _study = new(2);

    /// <summary>Sums of tokens would give other averages: the examples have unlike numbers of labels.</summary>
    [Fact]
    public void Averages_are_means_over_examples_of_shares_of_their_labelled_tokens()
    {
        _study.Add(Example(8, (4, 0, 0), (0, 6, 4), (8, 8, 0)));
        _study.Add(Example(4, (3, 0, 0), (2, 1, 1)));
        _study.Add(Example(2, (0, 0, 0), (1, 1, 0)));
        _study.Add(Example(10, (10, 0, 0), (0, 10, 10)));
        _study.Examples.Should().Be(4);
        _study.Segments.Should().HaveCount(2);
        Check(_study.Segments[0], new SegmentAverages(1, 1 / 4.0, (0.5 + 0.75 + 0 + 1) / 4, 0, 0));
        Check(_study.Segments[1], new SegmentAverages(2, 2 / 4.0, (0 + 0.5 + 0.5 + 0) / 4, (0.75 + 0.25 + 0.5 + 1) / 4, (0.5 + 0.25 + 0 + 1) / 4));
    }

    [Fact]
    public void Examples_without_labels_are_not_counted()
    {
        _study.Add(Example(2, (1, 0, 0), (2, 2, 0)));
        var before = _study.Segments;
        _study.Add(Example(0, (0, 0, 0), (0, 0, 0)));
        _study.Examples.Should().Be(1);
        _study.Segments.Should().Equal(before);
    }

    [Fact]
    public void Without_examples_there_are_no_averages()
        => _study.Segments.Should().Equal(
            new SegmentAverages(1, double.NaN, double.NaN, double.NaN, double.NaN),
            new SegmentAverages(2, double.NaN, double.NaN, double.NaN, double.NaN));

    [Fact]
    public void An_example_of_fewer_segments_is_rejected_and_not_counted()
    {
        _study.Invoking(it => it.Add(Example(2, (1, 0, 0)))).Should().Throw<ArgumentException>().WithMessage("expected at least 2 segments, got 1*").WithParameterName("example");
        _study.Examples.Should().Be(0);
    }

    [Fact]
    public void A_number_of_segments_is_positive()
        => FluentActions.Invoking(() => new AnswerStudy(0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("segments");

    private static void Check(SegmentAverages actual, SegmentAverages expected)
    {
        actual.Segment.Should().Be(expected.Segment);
        actual.Exact.Should().BeApproximately(expected.Exact, 1e-12);
        actual.Wrong.Should().BeApproximately(expected.Wrong, 1e-12);
        actual.Changed.Should().BeApproximately(expected.Changed, 1e-12);
        actual.Restored.Should().BeApproximately(expected.Restored, 1e-12);
    }

    private static EvaluatedExample Example(int labelled, params (int Wrong, int Changed, int Restored)[] segments)
        => new(0, 0, [], [], labelled, [.. segments.Select((it, place) => new SegmentResult(place + 1, it.Wrong, it.Changed, it.Restored, 0, 0, 0))]);
}
