using Hrm.Core;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Paper;

/// <summary>Memory and time of a step: constant with the one-step gradient, growing with BPTT.</summary>
internal sealed class MemoryFigure() : Figure("memory", "Memory and time of a training step")
{
    private const double Flat = 3; // percent
    private const double Straight = 0.99; // R²
    private const double Slower = 1.1; // the ratio from which BPTT counts as slower; equal work differs by less

    private static readonly GradientMode[] Modes = [GradientMode.OneStep, GradientMode.FullUnroll];

    public override IEnumerable<TrainingPlan> Plans(ReproduceScale scale) => [];

    public override FigureResult Run(FigureContext context)
    {
        var cycles = context.Scale.MemoryCycles;
        var costs = Modes.ToDictionary(mode => mode, mode => cycles.Select(count => Cost(context, mode, count)).ToArray());
        var (one, all) = (costs[GradientMode.OneStep], costs[GradientMode.FullUnroll]);
        double[] products = [.. cycles.Select(count => (double)count * count)];
        double[] updates = [.. cycles.Select(count => (double)count * (count + 1))];
        var model = context.Scale.MemorySettings();
        return Result(
            context,
            $"Whole training steps of one segment with M 1, each case in a separate process: {(context.Device.type == DeviceType.CPU ? "the largest resident memory, with an allocator that returns large blocks immediately" : "the memory of the device")}; and, in another process, the time of a step after a warm-up. {model.Model.ParameterCount:N0} parameters, batch {model.Trainer.GlobalBatchSize}, N = T.",
            [.. Claims(one, all, products, updates).Select(claim => claim with { Setting = $"whole steps on {context.Device}, the process included", Seeds = 0 })],
            [
                new ResultTable(
                    "A training step",
                    ["N·T", "updates", "one step, MiB", "BPTT, MiB", "before the first step, MiB", "one step, ms", "BPTT, ms"],
                    [.. cycles.Select((_, i) => (IReadOnlyList<string>)
                        [Number(products[i], "F0"), Number(updates[i], "F0"), Number(one[i].MiB), Number(all[i].MiB), Number(one[i].MiBBefore), Number(one[i].Milliseconds), Number(all[i].Milliseconds)])]),
            ],
            [
                Draw(
                    context,
                    string.Empty,
                    "A training step against the number of updates, N · (T + 1).",
                    Chart("Memory", "MiB", updates, one, all, cost => cost.MiB),
                    Chart("Time", "ms per step", updates, one, all, cost => cost.Milliseconds)),
            ]);
    }

    private static StepCost Cost(FigureContext context, GradientMode mode, int count)
    {
        var settings = context.Scale.MemorySettings();
        settings.Trainer.GradientMode = mode;
        settings.Model = settings.Model with { HighCycles = count, LowCycles = count };
        settings.Trainer.Halting.MaxSegments = 1;
        settings.Data = new RunData { Folder = context.Scale.Hrm.Source.Folder };
        return Run(StepQuantity.Memory) with { Milliseconds = Run(StepQuantity.Time).Milliseconds };

        StepCost Run(StepQuantity quantity) => context.Measurements.Get("step-cost", new { settings, device = $"{context.Device}", threads = torch.get_num_threads(), quantity }, () =>
        {
            context.Cancellation.ThrowIfCancellationRequested();
            context.Console.WriteLine($"measuring {quantity} of a step: {mode}, N = T = {count}");
            return StepCostCommand.RunInOwnProcess(settings, context.Folder, context.Device, quantity);
        });
    }

    private static IReadOnlyList<Claim> Claims(StepCost[] one, StepCost[] all, double[] products, double[] updates)
    {
        var shown = one.Where((_, i) => products[i] >= 4).ToArray();
        var growth = 100 * ((shown.Max(cost => cost.MiB) / shown.Min(cost => cost.MiB)) - 1);
        var ownGrowth = 100 * ((shown.Max(Own) / shown.Min(Own)) - 1);
        var straightness = Straightness(updates, [.. all.Select(cost => cost.MiB)]);
        var slower = all.Select((cost, i) => cost.Milliseconds / one[i].Milliseconds).ToArray();

        // With one update of each module both record the same, so their difference is noise.
        var crossing = Array.FindIndex(slower, 1, ratio => ratio > Slower);
        return
        [
            new Claim(
                "The memory of the one-step gradient is O(1) in the number of updates",
                "O(1)",
                $"largest against smallest of N·T 4 to {Number(products[^1], "F0")}: {Number(growth)} % more ({Number(ownGrowth)} % of what comes on top of the memory before the first step)",
                growth <= Flat ? Verdict.Reproduced : Verdict.NotReproduced),
            new Claim(
                "That of BPTT is O(T)",
                "O(T)",
                $"a straight line with R² {Number(straightness, "F4")}; {Number(all[^1].MiB / one[^1].MiB)} times the one-step gradient's at N·T {Number(products[^1], "F0")}",
                straightness >= Straight && all[^1].MiB > 2 * all[0].MiB ? Verdict.Reproduced : Verdict.NotReproduced),
            new Claim(
                "The one-step gradient is faster",
                "no figure published",
                $"BPTT takes {string.Join(", ", slower.Select((ratio, i) => $"{Number(ratio, "F2")} times at N·T {Number(products[i], "F0")}"))}; {(crossing < 0 ? "it never costs more" : $"it costs more from N·T {Number(products[crossing], "F0")} on (at {Number(products[0], "F0")} both do the same work)")}",
                slower[^1] > 1.5 ? Verdict.Reproduced : slower[^1] > 1 ? Verdict.Partly : Verdict.NotReproduced),
        ];
    }

    /// <summary>The memory of the steps, without runtime, model and data.</summary>
    private static double Own(StepCost cost) => cost.MiB - cost.MiBBefore;

    /// <summary>R² of the least-squares line through points.</summary>
    private static double Straightness(double[] x, double[] y)
    {
        var (meanX, meanY) = (x.Average(), y.Average());
        var together = x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum();
        return together * together / (x.Sum(a => (a - meanX) * (a - meanX)) * y.Sum(b => (b - meanY) * (b - meanY)));
    }

    private static Chart Chart(string title, string unit, double[] updates, StepCost[] one, StepCost[] all, Func<StepCost, double> value) => new(title, "updates of a segment", unit,
    [
        Series.Of("one step", updates, one.Select(value)),
        Series.Of("BPTT", updates, all.Select(value)),
    ])
    {
        Ticks = updates,
    };
}
