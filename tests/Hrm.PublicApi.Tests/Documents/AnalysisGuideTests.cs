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
    public void Updates_are_observed()
    {
        var (model, dataset) = (_model, _dataset);

        // <states>
        var changes = new List<(bool IsHigh, float Relative)>();
        model.Recurrence.Updated = update =>
        {
            using var scope = torch.NewDisposeScope();
            var change = (update.After - update.Before).norm() / update.Before.norm();
            changes.Add((update.IsHigh, change.item<float>()));
        };
        new Evaluator(model, maxSegments: 4).Observe(dataset, _ => { });
        model.Recurrence.Updated = null;
        foreach (var (isHigh, relative) in changes)
        {
            Console.WriteLine($"{(isHigh ? "H" : "L")} moved by {relative:P1}");
        }
        // </states>

        changes.Should().HaveCount(4 * 2 * 3).And.OnlyContain(change => change.Relative > 0 && float.IsFinite(change.Relative));
        changes.Count(change => change.IsHigh).Should().Be(4 * 2);
    }
}
