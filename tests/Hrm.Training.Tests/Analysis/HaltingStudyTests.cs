using Hrm.Core;

namespace Hrm.Training.Tests;

public sealed class HaltingStudyTests
{
    /// <summary>Stops after one segment that did not change the answer.</summary>
    private readonly HaltingStudy _study = new(new StableHalting(1), maxSegments: 4);

    [Fact]
    public void Stops_are_counted_by_their_segment_and_by_difficulty()
    {
        _study.Add(Example((0, false), (0, true), (1, false), (1, false)), difficulty: 7); // 2, exact
        _study.Add(Example((1, false), (1, true), (0, false), (0, true)), difficulty: 3); // 2, wrong
        _study.Add(Example((1, false), (2, false), (0, false), (0, false)), difficulty: 7); // 4, exact, by the maximum
        _study.Add(Example((1, false), (1, false), (1, true), (1, false)), difficulty: 7); // 3, wrong
        _study.Add(Example((1, false), (1, false), (1, false), (0, true)), difficulty: -2); // 4, exact, by a reason of its own

        Check(_study.All, 5, (2 + 2 + 4 + 3 + 4) / 5.0, 3 / 5.0, 4, 2 / 4.0, [0, 2, 1, 2]);
        _study.ByDifficulty.Keys.Should().Equal(-2, 3, 7);
        Check(_study.ByDifficulty[-2], 1, 4, 1, 1, 1, [0, 0, 0, 1]);
        Check(_study.ByDifficulty[3], 1, 2, 0, 1, 0, [0, 1, 0, 0]);
        Check(_study.ByDifficulty[7], 3, 3, 2 / 3.0, 2, 1 / 2.0, [0, 1, 1, 1]);
    }

    [Fact]
    public void Stops_by_the_maximum_are_not_early()
    {
        var study = new HaltingStudy(new QValueHalting(rule: HaltingRule.Never), maxSegments: 2);
        study.Add(Example((1, false), (0, false), (1, false)));
        Check(study.All, 1, 2, 1, 0, double.NaN, [0, 1]);
        study.ByDifficulty.Keys.Should().Equal(0);
    }

    [Fact]
    public void An_example_that_ends_before_the_policy_stops_counts_at_its_last_segment()
    {
        _study.Add(Example((1, false), (1, false)));
        Check(_study.All, 1, 2, 0, 0, double.NaN, [0, 1, 0, 0]);
    }

    [Fact]
    public void Examples_without_labels_are_not_counted()
    {
        _study.Add(new EvaluatedExample(0, 0, [], [], labelled: 0, [new SegmentResult(1, 0, 0, 0, 0, 0, 0)]), difficulty: 5);
        _study.ByDifficulty.Should().BeEmpty();
        Check(_study.All, 0, double.NaN, double.NaN, 0, double.NaN, [0, 0, 0, 0]);
    }

    [Fact]
    public void A_study_agrees_with_a_run_of_the_policy()
    {
        const int Rows = 10;
        const int Segments = 4;
        using var model = TinyModels.Create(seed: 3);
        var byHand = new HandEvaluation(model, Rows, Segments, seed: 3);
        var dataset = byHand.Dataset(byHand.HaltingSegment);
        var policy = new QValueHalting();
        var study = new HaltingStudy(policy, Segments);
        new Evaluator(model, Segments).Evaluate(dataset, example => study.Add(example, example.Example % 2));
        var segments = new List<int>();
        var averages = new Evaluator(model, Segments, policy).Evaluate(dataset, example => segments.Add(example.Segments.Count));

        study.All.Examples.Should().Be(Rows);
        study.All.MeanSegments.Should().BeApproximately(segments.Average(), 1e-12);
        study.All.ExactAccuracy.Should().BeApproximately(averages.ExactAccuracy, 1e-12);
        study.All.Histogram.Should().Equal(Enumerable.Range(1, Segments).Select(segment => segments.Count(count => count == segment)));
        study.ByDifficulty[1].ExactAccuracy.Should().Be(0, "odd rows have a wrong token");
        study.ByDifficulty[0].ExactAccuracy.Should().Be(1, "even rows are right where they halt");
        study.All.Histogram.Count(count => count > 0).Should().BeGreaterThan(1, "the rows halt at unlike segments");
    }

    private static void Check(HaltingStatistics actual, int examples, double meanSegments, double exact, int early, double exactOfEarly, int[] histogram)
    {
        actual.Examples.Should().Be(examples);
        actual.MeanSegments.Should().Be(meanSegments);
        actual.ExactAccuracy.Should().Be(exact);
        actual.StoppedEarly.Should().Be(early);
        actual.ExactOfStoppedEarly.Should().Be(exactOfEarly);
        actual.Histogram.Should().Equal(histogram);
    }

    private static EvaluatedExample Example(params (int Wrong, bool IsStable)[] segments)
        => new(0, 0, [], [], 2, [.. segments.Select((it, place) => new SegmentResult(place + 1, it.Wrong, 0, 0, 0, 0, it.IsStable ? 1 : 0))]);
}
