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
        var policy = new ConfidenceHalting(0.95, maxSegments: 16);
        new SegmentEvaluator(model, segments: 16).Run(dataset, example =>
        {
            foreach (var segment in example.Segments.Where(segment => segment.IsExact))
            {
                solved[segment.Segment - 1]++;
            }

            stops.Add(example.StopOf(policy).Segment.Segment);
        });
        Console.WriteLine($"solved after 1 and after 16 segments: {solved[0]} and {solved[15]}; halting after {stops.Average():F1}");
        // </depths>

        stops.Should().HaveCount(8).And.OnlyContain(stop => stop == 16, "a model that was not trained is sure of nothing");
        solved.Should().OnlyContain(count => count == 0);
    }

    [Fact]
    public void States_are_watched()
    {
        var (model, dataset) = (_model, _dataset);

        // <states>
        using var study = StateStudy.Run(model, dataset, segments: 4);
        foreach (var update in study.Residuals)
        {
            Console.WriteLine($"segment {update.Segment}, cycle {update.Cycle}: {(update.IsHigh ? "H" : "L")} moved by {update.Relative:P1}");
        }

        Console.WriteLine($"directions: H {study.High.ParticipationRatio:F1}, L {study.Low.ParticipationRatio:F1}, of {study.Examples} puzzles");
        using var plane = study.High.Components(2);
        Console.WriteLine($"two directions hold {plane.Shares.Sum():P0} of what zH varies");
        // </states>

        study.Examples.Should().Be(8);
        study.Residuals.Should().HaveCount(4 * 2 * 3);
        study.High.ParticipationRatio.Should().BeInRange(1, 64);
        plane.Shares.Sum().Should().BeInRange(0, 1);
    }
}
