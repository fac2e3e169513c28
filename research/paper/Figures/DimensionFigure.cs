using Hrm.Core;
using TorchSharp;

namespace Hrm.Paper;

/// <summary>Figure 8: the number of directions that the states of both modules use.</summary>
internal sealed class DimensionFigure() : Figure("fig8", "Participation ratio of the states")
{
    private const double Gap = 1.2; // the smallest zH / zL that counts as a gap

    private static readonly int[] Counts = [1, 3, 10, 30, 100, 300];

    public override IEnumerable<TrainingPlan> Plans(ReproduceScale scale) => [scale.Hrm];

    public override FigureResult Run(FigureContext context)
    {
        var models = context.Train(context.Scale.Hrm);
        Ratios[] trained = [.. models.Select(model => Measure(context, model, isTrained: true))];
        Ratios[] untrained = [.. models.Select(model => Measure(context, model, isTrained: false))];
        var shipped = new ShippedSudoku(context).MeasureStates();
        var width = models[0].Plan.Create().Model.HiddenSize;
        return Result(
            context,
            $"{context.Scale.Hrm.Source.Name}: (Σλ)² / Σλ² of the covariance of the states of all tokens after every update in {context.Scale.MaxSegments} segments; the largest possible value is D {width}. Few puzzles give too small a ratio; from {Counts[^2]} to {Counts[^1]} puzzles zH's still grows by {Percent(Growth(trained, each => each.High))} % and zL's by {Percent(Growth(trained, each => each.Low))} %. Untrained: the same initial weights.",
            Claims(trained, untrained, shipped),
            [
                new ResultTable(
                    "Participation ratio, mean (least–most) over the seeds",
                    ["puzzles", "zH", "zL", "zH / zL", "untrained zH", "untrained zL", "untrained zH / zL"],
                    [.. Counts.Select((count, i) => (IReadOnlyList<string>)[$"{count}", .. Cells(trained, i), .. Cells(untrained, i)])]),
            ],
            [
                Draw(context, string.Empty, "The ratio against the number of puzzles. Whiskers: all seeds.", Chart("Trained", trained), Chart("Untrained", untrained)),
            ]);
    }

    private static Ratios Measure(FigureContext context, TrainedModel model, bool isTrained) => context.Measure(
        isTrained ? "directions" : "directions-untrained",
        model,
        new { Counts, context.Scale.MaxSegments },
        (loaded, test) =>
        {
            using var generator = new torch.Generator((ulong)model.Seed);
            using var fresh = isTrained ? null : new HrmModel(loaded.Config, generator);
            fresh?.to(context.Device);
            var watched = fresh ?? loaded;
            var states = Counts.Select(count => States.Of(watched, test, count, context.Scale.MaxSegments, context.Cancellation)).ToArray();
            return new Ratios([.. states.Select(state => state.High)], [.. states.Select(state => state.Low)]);
        });

    private static IReadOnlyList<Claim> Claims(IReadOnlyList<Ratios> trained, IReadOnlyList<Ratios> untrained, States shipped)
    {
        var (own, fresh) = (Last(trained, each => each.Quotient), Last(untrained, each => each.Quotient));
        var (highGrowth, lowGrowth) = (Spread.Of(trained.Select(each => each.High[^1] / each.High[Array.IndexOf(Counts, 10)])), Spread.Of(trained.Select(each => each.Low[^1] / each.Low[Array.IndexOf(Counts, 10)])));
        return
        [
            new Claim(
                "After training zH uses more directions than zL",
                "zH 89.95, zL 30.22, ratio 2.98",
                $"zH {Last(trained, each => each.High[^1]).Text()}, zL {Last(trained, each => each.Low[^1]).Text()}, ratio {own.Text("F2")}; the 9×9 model of the samples, one seed: {Number(shipped.High)}, {Number(shipped.Low)}, ratio {Number(shipped.High / shipped.Low, "F2")}",
                own.Least > Gap ? Verdict.Reproduced : own.Mean > Gap ? Verdict.Partly : Verdict.NotReproduced),
            new Claim(
                "Before training there is no such gap",
                "no gap",
                $"ratio {fresh.Text("F2")} untrained, {own.Text("F2")} trained",
                fresh is { Most: < Gap, Least: > 1 / Gap } ? Verdict.Reproduced : Verdicts.Higher(own, fresh) == Verdict.Reproduced ? Verdict.Partly : Verdict.NotReproduced),
            new Claim(
                "zH's ratio grows with the number of tasks, zL's does not",
                "10 to 100 tasks",
                $"one task here; from 10 to {Counts[^1]} puzzles zH's becomes {highGrowth.Text("F2")} times as large, zL's {lowGrowth.Text("F2")}, because few states give too small a ratio, and a large ratio more so",
                Verdict.NotTestable),
        ];
    }

    /// <summary>The share by which a ratio still grows at the end.</summary>
    private static double Growth(IReadOnlyList<Ratios> ratios, Func<Ratios, IReadOnlyList<double>> value) => ratios.Average(each => (value(each)[^1] / value(each)[^2]) - 1);

    private static Spread Last(IReadOnlyList<Ratios> ratios, Func<Ratios, double> value) => Spread.Of(ratios.Select(value));

    private static IEnumerable<string> Cells(IReadOnlyList<Ratios> ratios, int index) =>
    [
        Spread.Of(ratios.Select(each => each.High[index])).Text(),
        Spread.Of(ratios.Select(each => each.Low[index])).Text(),
        Spread.Of(ratios.Select(each => each.High[index] / each.Low[index])).Text("F2"),
    ];

    private static Chart Chart(string title, IReadOnlyList<Ratios> ratios) => new(title, "puzzles", "participation ratio",
    [
        Series.Of("zH", Counts.Select(count => (double)count), Counts.Select((_, i) => Spread.Of(ratios.Select(each => each.High[i])))),
        Series.Of("zL", Counts.Select(count => (double)count), Counts.Select((_, i) => Spread.Of(ratios.Select(each => each.Low[i])))),
    ])
    {
        IsLogAcross = true,
        Ticks = [.. Counts.Select(count => (double)count)],
    };

    /// <summary>The ratios of one model at several numbers of puzzles.</summary>
    private sealed record Ratios(IReadOnlyList<double> High, IReadOnlyList<double> Low)
    {
        public double Quotient => High[^1] / Low[^1];
    }
}
