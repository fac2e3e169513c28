using Hrm.Benchmarks.Workloads;
using Hrm.Core;
using Hrm.Samples.QuickStart;

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
        ];
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
