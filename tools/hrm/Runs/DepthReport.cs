using Hrm.Core;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Exact answers after 8, 16, 32, … segments, the segment at which each halting rule would have stopped, and the calibration of q_halt.</summary>
internal sealed class DepthReport
{
    private const int SmallestDepth = 8;
    private static readonly int[] Bounds = [2, 8, 32]; // of the number of segments
    private static readonly double[] Thresholds = [0.9, 0.95, 0.99];
    private static readonly int[] Stabilities = [2, 4, 8];
    private static readonly double[] Confidences = [0.05, 0.5, 0.95, 0.99, double.PositiveInfinity]; // the upper bounds of the rows of the calibration

    private readonly TaskReport _task;
    private readonly (string Name, IHaltingPolicy Policy)[] _rules;
    private readonly int[] _depths;
    private readonly List<Row> _rows = [];

    /// <summary>Creates an empty report.</summary>
    /// <param name="task">Returns the categories.</param>
    /// <param name="rule">The halting rule that the model was trained with.</param>
    /// <param name="segments">The largest depth.</param>
    public DepthReport(TaskReport task, HaltingRule rule, int segments = 64)
    {
        _task = task;
        _depths = [.. Enumerable.Range(0, 16).Select(doublings => SmallestDepth << doublings).TakeWhile(depth => depth < segments), segments];
        _rules =
        [
            (NameOf(rule), new QValueHalting(rule: rule)),
            .. Thresholds.Select(threshold => ($"sigmoid(q_halt) ≥ {threshold}", (IHaltingPolicy)new ConfidenceHalting(threshold))),
            .. Stabilities.Select(segments => ($"{segments} segments unchanged", (IHaltingPolicy)new StableHalting(segments))),
        ];
    }

    /// <summary>Runs the model over a dataset.</summary>
    public void Run(HrmModel model, NamedDataset test, int batchSize, CancellationToken cancellationToken = default)
        => new Evaluator(model, _depths[^1], batchSize: batchSize).Observe(test.Examples, Add, null, cancellationToken);

    public void Write(IAnsiConsole console)
    {
        if (_rows.Count == 0)
        {
            throw new UsageException("--depths: expected puzzles with a solution, got none.");
        }

        var table = TaskReport.CreateTable("puzzles", ["count", .. _depths.Select(depth => $"{depth}")]);
        foreach (var (name, rows) in _task.GroupForTable(_rows, row => row.Categories))
        {
            table.AddRow([name.EscapeMarkup(), $"{rows.Length}", .. _depths.Select((_, place) => Share(rows.Count(row => row.IsExact[place]), rows.Length))]);
        }

        console.WriteLine("exact answers in percent after so many segments:");
        console.Write(table);
        WriteRules(console);
        WriteCalibration(console);
    }

    private void WriteRules(IAnsiConsole console)
    {
        var table = TaskReport.CreateTable("stop", ["exact", "mean", "right", .. Bounds.Select(bound => $"≤ {bound}")]);
        for (var rule = 0; rule < _rules.Length; rule++)
        {
            var stops = _rows.ConvertAll(row => row.Stops[rule]);
            var stopped = stops.FindAll(stop => stop.Segment < _depths[^1]);
            table.AddRow([
                _rules[rule].Name.EscapeMarkup(),
                Share(stops.Count(stop => stop.IsExact), stops.Count),
                $"{stops.Average(stop => stop.Segment):F1}",
                Share(stopped.Count(stop => stop.IsExact), stopped.Count),
                .. Bounds.Select(bound => Share(stops.Count(stop => stop.Segment <= bound), stops.Count)),
            ]);
        }

        console.WriteLine($"halting, after {_depths[^1]} segments at most. exact: answers, in percent; mean: segments;");
        console.WriteLine("right: exact answers, in percent of the puzzles that the rule stopped before;");
        console.WriteLine("≤ n: puzzles that took at most n segments, in percent");
        console.Write(table);
    }

    private void WriteCalibration(IAnsiConsole console)
    {
        var table = TaskReport.CreateTable("sigmoid(q_halt)", ["count", "mean", "exact"]);
        var least = 0.0;
        foreach (var bound in Confidences)
        {
            var rows = _rows.FindAll(row => row.Confidence >= least && row.Confidence < bound);
            var mean = rows.Count == 0 ? "-" : $"{100 * rows.Average(row => row.Confidence):F1}";
            table.AddRow([double.IsFinite(bound) ? $"{least} to {bound}" : $"≥ {least}", $"{rows.Count}", mean, Share(rows.Count(row => row.IsExact[^1]), rows.Count)]);
            least = bound;
        }

        console.WriteLine($"calibration after {_depths[^1]} segments: mean of sigmoid(q_halt) and exact answers, in percent");
        console.Write(table);
    }

    private void Add(EvaluatedExample example)
    {
        // A puzzle without a known solution is neither right nor wrong.
        if (example.Labelled > 0)
        {
            _rows.Add(new Row(
                _task.CategoriesOf(example.Example, example.Inputs),
                [.. _depths.Select(depth => example.Segments[depth - 1].IsExact)],
                [.. _rules.Select(rule => example.StopOf(rule.Policy).Segment)],
                1 / (1 + Math.Exp(-example.Segments[^1].QHalt))));
        }
    }

    private static string NameOf(HaltingRule rule) => rule switch
    {
        HaltingRule.HaltOverContinue => "q_halt > q_continue",
        HaltingRule.HaltPositive => "q_halt > 0",
        _ => "never",
    };

    private static string Share(int count, int all) => all == 0 ? "-" : $"{100.0 * count / all:F1}";

    /// <summary>One puzzle: its categories, whether it is exact at each depth, the segment at which each rule stops, and sigmoid(q_halt) of the last segment.</summary>
    private sealed record Row(IReadOnlyList<string> Categories, bool[] IsExact, SegmentResult[] Stops, double Confidence);
}
