using Hrm.Core;

namespace Hrm.Training.Tests;

public sealed class HaltingStudyTests
{
    /// <summary>Stops after one segment that did not change the answer.</summary>
    private readonly HaltingStudy _study = new(new StableHalting(1), maxSegments: 4);

    [Fact]
    public void Stops_are_counted_by_their_segment()
    {
        Check(0, double.NaN, double.NaN, 0, double.NaN, [0, 0, 0, 0]);
        _study.Add(Example((0, false), (0, true), (1, false), (1, false))); // 2, exact
        _study.Add(Example((1, false), (1, true), (0, false), (0, true))); // 2, wrong
        _study.Add(Example((1, false), (2, false), (0, false), (0, false))); // 4, exact, by the maximum
        _study.Add(Example((1, false), (1, false), (1, true), (1, false))); // 3, wrong
        _study.Add(Example((1, false), (1, false), (1, false), (0, true))); // 4, exact, stable in the last segment

        Check(5, (2 + 2 + 4 + 3 + 4) / 5.0, 3 / 5.0, 4, 2 / 4.0, [0, 2, 1, 2]);
    }

    [Fact]
    public void An_example_that_ends_before_the_policy_stops_counts_at_its_last_segment()
    {
        _study.Add(Example((1, false), (1, false)));
        Check(1, 2, 0, 0, double.NaN, [0, 1, 0, 0]);

        // An example without labels is not counted.
        _study.Add(new EvaluatedExample(0, 0, [], [], labelled: 0, [new SegmentResult(1, 0, 0, 0, 0, 0, 0)]));
        Check(1, 2, 0, 0, double.NaN, [0, 1, 0, 0]);
    }

    private void Check(int examples, double meanSegments, double exact, int early, double exactOfEarly, int[] histogram)
    {
        _study.Examples.Should().Be(examples);
        _study.MeanSegments.Should().Be(meanSegments);
        _study.ExactAccuracy.Should().Be(exact);
        _study.StoppedEarly.Should().Be(early);
        _study.ExactOfStoppedEarly.Should().Be(exactOfEarly);
        _study.Histogram.Should().Equal(histogram);
    }

    private static EvaluatedExample Example(params (int Wrong, bool IsStable)[] segments)
        => new(0, 0, [], [], 2, [.. segments.Select((it, index) => new SegmentResult(index + 1, it.Wrong, 0, 0, 0, 0, it.IsStable ? 1 : 0))]);
}
