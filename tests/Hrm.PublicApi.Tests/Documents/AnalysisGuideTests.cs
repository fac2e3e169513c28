using Hrm.Core;
using Hrm.Training;
using TorchSharp;

namespace Hrm.PublicApi.Tests.Documents;

/// <summary>The code of docs/analysis.md.</summary>
public sealed class AnalysisGuideTests : IDisposable
{
    private readonly torch.Generator _generator = new(1);
    private readonly HrmModel _model;
    private readonly InMemoryPuzzleDataset _dataset;

    public AnalysisGuideTests()
    {
        var random = new Random(1);
        _model = new HrmModel(HrmPresets.Tiny(16, 6), _generator);
        _dataset = new InMemoryPuzzleDataset(Enumerable.Range(0, 8).Select(_ => new PuzzleExample(Tokens(), Tokens())), 6);

        int[] Tokens() => [.. Enumerable.Range(0, 16).Select(_ => random.Next(6))];
    }

    public void Dispose()
    {
        _model.Dispose();
        _generator.Dispose();
    }

    [Fact]
    public void Depths_and_policies_are_compared_in_one_pass()
    {
        var (model, dataset) = (_model, _dataset);

        // <depths>
        var solved = new int[16];
        var stops = new List<int>();
        var policy = new ConfidenceHalting(0.95);
        new Evaluator(model, 16).Observe(dataset, example =>
        {
            foreach (var segment in example.Segments.Where(segment => segment.IsExact))
            {
                solved[segment.Segment - 1]++;
            }

            stops.Add(example.StopOf(policy).Segment.Segment);
        });
        Console.WriteLine($"solved after 1 and after 16 segments: {solved[0]} and {solved[15]}; halting after {stops.Average():F1}");
        // </depths>

        stops.Should().HaveCount(8).And.OnlyContain(stop => stop == 16, "an untrained model is never confident");
        solved.Should().OnlyContain(count => count == 0);
    }

    [Fact]
    public void States_are_recorded()
    {
        var (model, dataset) = (_model, _dataset);

        // <states>
        using var study = StateStudy.Run(model, dataset, segments: 4);
        foreach (var update in study.Residuals)
        {
            Console.WriteLine($"segment {update.Segment}, cycle {update.Cycle}: {(update.IsHigh ? "H" : "L")} moved by {update.Relative:P1}");
        }

        Console.WriteLine($"directions: H {study.High.ParticipationRatio:F1}, L {study.Low.ParticipationRatio:F1}, of {dataset.ExampleCount} puzzles");
        var (directions, shares) = study.High.Components(2);
        Console.WriteLine($"two directions hold {shares.Sum():P0} of the variance of zH");
        directions.Dispose();
        // </states>

        study.Residuals.Should().HaveCount(4 * 2 * 3);
        study.High.ParticipationRatio.Should().BeInRange(1, 64);
        shares.Sum().Should().BeInRange(0, 1);
    }

    [Fact]
    public void Policies_are_compared()
    {
        var (model, dataset) = (_model, _dataset);

        // <halting>
        var confident = new HaltingStudy(new ConfidenceHalting(0.95), maxSegments: 16);
        var stable = new HaltingStudy(new StableHalting(2), maxSegments: 16);
        new Evaluator(model, 16).Observe(dataset, example =>
        {
            confident.Add(example);
            stable.Add(example);
        });
        foreach (var study in (HaltingStudy[])[confident, stable])
        {
            Console.WriteLine($"{study.ExactAccuracy:P1} exact after {study.MeanSegments:F1} segments, of {study.Examples} examples");
            Console.WriteLine($"stopped early: {study.StoppedEarly}, of which {study.ExactOfStoppedEarly:P1} are exact");
        }
        // </halting>

        confident.Histogram.Should().Equal([.. Enumerable.Repeat(0, 15), 8], "an untrained model is never confident");
        stable.Examples.Should().Be(8);
    }

    [Fact]
    public void L_settles_for_a_fixed_H()
    {
        var (model, dataset) = (_model, _dataset);

        // <fixed-point>
        var steps = FixedPointStudy.Run(model, dataset, segments: 4, updates: 32);
        foreach (var step in steps)
        {
            Console.WriteLine($"update {step.Update} of L moves it by {step.Residual:P2}; its distance from the end was {step.Distance:P2}");
        }

        Console.WriteLine($"when H is updated, L is still {steps[model.Config.LowCycles].Distance:P2} from the end");
        // </fixed-point>

        steps.Should().HaveCount(32).And.OnlyContain(step => double.IsFinite(step.Residual) && double.IsFinite(step.Distance));
    }
}
