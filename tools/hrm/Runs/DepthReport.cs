using Hrm.Core;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>What each depth of thought is worth: exact answers after 8 to 64 segments, and the segment at which each halting rule would have stopped.</summary>
internal sealed class DepthReport
{
    private static readonly int[] Depths = [8, 16, 32, 64];
    private static readonly int[] Bounds = [2, 8, 32]; // of the number of segments
    private static readonly double[] Thresholds = [0.9, 0.95, 0.99];
    private static readonly int[] Stabilities = [2, 4, 8];
    private static readonly int MaxSegments = Depths[^1];

    private readonly TaskReport _task;
    private readonly (string Name, IHaltingPolicy Policy)[] _rules;
    private readonly List<Row> _rows = [];

    /// <summary>Creates an empty report.</summary>
    /// <param name="task">Returns the categories.</param>
    /// <param name="rule">The halting rule that the model was trained with.</param>
    public DepthReport(TaskReport task, HaltingRule rule)
    {
        _task = task;
        _rules =
        [
            (NameOf(rule), new QValueHalting(rule: rule)),
            .. Thresholds.Select(threshold => ($"sigmoid(q_halt) ≥ {threshold}", (IHaltingPolicy)new ConfidenceHalting(threshold))),
            .. Stabilities.Select(segments => ($"{segments} segments unchanged", (IHaltingPolicy)new StableHalting(segments))),
        ];
    }

    /// <summary>Runs the model over a dataset.</summary>
    public void Run(HrmModel model, NamedDataset test, int batchSize, CancellationToken cancellationToken = default)
        => new Evaluator(model, MaxSegments, batchSize: batchSize).Observe(test.Examples, Add, null, cancellationToken);

    public void Write(IAnsiConsole console)
    {
        if (_rows.Count == 0)
        {
            throw new UsageException("--depths: expected puzzles with a solution, got none.");
        }

        var table = TaskReport.CreateTable("puzzles", ["count", .. Depths.Select(depth => $"{depth}")]);
        foreach (var (name, rows) in _task.GroupForTable(_rows, row => row.Categories))
        {
            table.AddRow([name.EscapeMarkup(), $"{rows.Length}", .. Depths.Select((_, place) => Share(rows.Count(row => row.IsExact[place]), rows.Length))]);
        }

        console.WriteLine("exact answers in percent after so many segments:");
        console.Write(table);
        WriteRules(console);
    }

    private void WriteRules(IAnsiConsole console)
    {
        var table = TaskReport.CreateTable("stop", ["exact", "mean", "right", .. Bounds.Select(bound => $"≤ {bound}")]);
        for (var rule = 0; rule < _rules.Length; rule++)
        {
            var stops = _rows.ConvertAll(row => row.Stops[rule]);
            var stopped = stops.FindAll(stop => stop.Segment < MaxSegments);
            table.AddRow([
                _rules[rule].Name.EscapeMarkup(),
                Share(stops.Count(stop => stop.IsExact), stops.Count),
                $"{stops.Average(stop => stop.Segment):F1}",
                Share(stopped.Count(stop => stop.IsExact), stopped.Count),
                .. Bounds.Select(bound => Share(stops.Count(stop => stop.Segment <= bound), stops.Count)),
            ]);
        }

        console.WriteLine($"halting, after {MaxSegments} segments at most. exact: answers, in percent; mean: segments;");
        console.WriteLine("right: exact answers, in percent of the puzzles that the rule stopped before;");
        console.WriteLine("≤ n: puzzles that took at most n segments, in percent");
        console.Write(table);
    }

    private void Add(EvaluatedExample example)
    {
        // A puzzle without a known solution is neither right nor wrong.
        if (example.Labelled > 0)
        {
            _rows.Add(new Row(
                _task.CategoriesOf(example.Example, example.Inputs),
                [.. Depths.Select(depth => example.Segments[depth - 1].IsExact)],
                [.. _rules.Select(rule => example.StopOf(rule.Policy).Segment)]));
        }
    }

    private static string NameOf(HaltingRule rule) => rule switch
    {
        HaltingRule.HaltOverContinue => "q_halt > q_continue",
        HaltingRule.HaltPositive => "q_halt > 0",
        _ => "never",
    };

    private static string Share(int count, int all) => all == 0 ? "-" : $"{100.0 * count / all:F1}";

    /// <summary>One puzzle: its categories, whether it is exact at each depth, and the segment at which each rule stops.</summary>
    private sealed record Row(IReadOnlyList<string> Categories, bool[] IsExact, SegmentResult[] Stops);
}
