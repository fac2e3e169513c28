using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Workloads;
using Hrm.Core;
using Hrm.Samples.QuickStart;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Ratios;

/// <summary>Time of QuickStart's training, and the gain of halting with its model.</summary>
internal static class HaltingRatios
{
    private const double Confidence = 0.95;

    public static IEnumerable<RatioRow> Measure(bool isQuick)
    {
        using var sample = new FourByFour(seed: 1);
        var training = sample.Train();
        return
        [
            new RatioRow("QuickStart's training, seconds", training.TotalSeconds, FormattableString.Invariant($"{sample.Steps} steps of preset tiny, batch 64"))
            {
                Bar = Bound.AtMost(10),
                Goal = Bound.AtMost(7),
            },
            .. Rows(sample.Model, new ConfidenceHalting(Confidence), "sigmoid(q_halt) ≥ 0.95", Bound.AtLeast(2), isQuick),

            // If a model is always right, both values are equal and noise decides which is larger, so this row has no bar.
            .. Rows(sample.Model, new QValueHalting(), "q_halt > q_continue", bar: null, isQuick),
            MeasureRunningBatches(isQuick ? 3 : 9),
        ];
    }

    /// <summary>Puzzles per second with one running batch of one thread per core, against one batch whose operations use every core.</summary>
    private static RatioRow MeasureRunningBatches(int rounds)
    {
        const int Waiting = 64;
        using var model = HrmModel.Load(Path.Combine(AppContext.BaseDirectory, "models", "sudoku-9x9"));
        var puzzles = HaltingComparison.Read(model, Path.Combine(AppContext.BaseDirectory, "data", "sudoku.csv"))[..Waiting];
        var halting = new ConfidenceHalting(Confidence);
        using var one = new HrmSolver(model, halting, new SolverOptions { RunningBatches = 1 });
        using var several = new HrmSolver(model, halting, new SolverOptions { RunningBatches = get_num_threads() });
        Side[] sides = [new("one", () => HaltingComparison.Solve(one, puzzles)), new("several", () => HaltingComparison.Solve(several, puzzles))];
        var times = RoundTimes.Measure(sides, rounds, warmups: 1);
        return RatioRow.Of(
            $"solving {Waiting} puzzles, shipped 9×9 model, {get_num_threads()} running batches, times the puzzles per second of one",
            times.Ratio("one", "several"),
            FormattableString.Invariant($"{1000 * Waiting / times.MedianMs("several"):0} puzzles per second, one batch {1000 * Waiting / times.MedianMs("one"):0}"))
            with
        { Bar = Bound.AtLeast(1.3), Goal = Bound.AtLeast(1.5) };
    }

    private static IEnumerable<RatioRow> Rows(HrmModel model, IHaltingPolicy halting, string rule, Bound? bar, bool isQuick)
    {
        const int Batch = HaltingComparison.DefaultBatch;
        var outcome = HaltingComparison.Measure(model, csv: null, halting, HaltingComparison.DefaultSegments, Batch, isQuick ? 3 : 5);
        yield return new RatioRow(
            $"solving with halting if {rule}, times the puzzles per second of the fixed maximum",
            outcome.SpeedUp,
            $"{outcome.Speeds}, a 4×4 model that this command trained, batch {Batch}")
        { Bar = bar };
        yield return new RatioRow(
            $"exact accuracy lost by halting if {rule}, points",
            outcome.PointsLost,
            outcome.Accuracies)
        { Bar = Bound.AtMost(0.5) };
    }
}
