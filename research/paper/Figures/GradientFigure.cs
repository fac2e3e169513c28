using System.Text.Json;

namespace Hrm.Paper;

/// <summary>The cost of the one-step gradient, and the benefit of deep supervision.</summary>
internal sealed class GradientFigure() : Figure("onestep", "One-step gradient, BPTT and deep supervision")
{
    public override IEnumerable<TrainingPlan> Plans(ReproduceScale scale)
        => [scale.Hrm, scale.Plans.LastCycle, scale.Plans.Bptt, scale.Plans.NoDeepSupervision];

    public override FigureResult Run(FigureContext context)
    {
        var models = Plans(context.Scale).Select(context.Train).ToArray();
        var exact = models.Select(context.Exact).ToArray();
        var seconds = models.Select(each => Spread.Of(each.Select(model => model.Seconds))).ToArray();
        var curves = models.Select(CurveOf).ToArray();
        var picture = Draw(
            context,
            string.Empty,
            "Exact answers to the test puzzles during training, by steps and by time. Whiskers: all seeds.",
            Chart("By steps", "training steps", curves, models, point => point.Step),
            Chart("By time", "training time, s", curves, models, point => point.Seconds));
        return Result(
            context,
            $"{context.Scale.Hrm.Source.Name}: the same model, batches and number of steps. Last cycle: the updates of the last high cycle record gradients. BPTT: all updates of a segment do. No deep supervision: the same chain of updates over all M segments, with a loss only at the end, and the one-step gradient.",
            [
                new Claim(
                    "The one-step gradient trains as well as BPTT",
                    "no comparison published",
                    $"one step {exact[0].Text()} %, last cycle {exact[1].Text()} %, BPTT {exact[2].Text()} %",
                    Verdicts.NotLower(exact[0], exact[2])),
                new Claim(
                    "The one-step gradient is cheaper than BPTT",
                    "no figure published",
                    $"{Number(seconds[0].Mean, "F0")} s of training against {Number(seconds[2].Mean, "F0")} s",
                    Verdicts.Higher(seconds[2], seconds[0])),
                new Claim(
                    "Deep supervision carries the training",
                    "no figure published",
                    $"with {exact[0].Text()} %, without {exact[3].Text()} %",
                    Verdicts.Higher(exact[0], exact[3])),
            ],
            [
                new ResultTable(
                    "Exact test answers and training time, mean (least–most) over the seeds",
                    ["model", "exact, %", "training, s", "ms per step"],
                    [.. models.Select((each, i) => (IReadOnlyList<string>)
                        [each[0].Plan.Name, exact[i].Text(), seconds[i].Text("F0"), Number(1000 * seconds[i].Mean / each[0].Steps)])]),
            ],
            [picture]);
    }

    private static Chart Chart(
        string title,
        string across,
        IReadOnlyList<Point>[] curves,
        IReadOnlyList<TrainedModel>[] models,
        Func<Point, double> place)
        => new(title, across, "exact test answers, %", [.. curves.Select((curve, i) => Series.Of(models[i][0].Plan.Name, curve.Select(place), curve.Select(point => point.Exact)))]);

    /// <summary>The evaluations of the models of one plan during training, over the seeds.</summary>
    private static IReadOnlyList<Point> CurveOf(IReadOnlyList<TrainedModel> models) =>
    [
        .. models.SelectMany(Read)
            .GroupBy(row => row.Step)
            .OrderBy(rows => rows.Key)
            .Select(rows => new Point(rows.Key, rows.Average(row => row.Seconds), Spread.Of(rows.Select(row => row.Exact)))),
    ];

    private static IEnumerable<(long Step, double Seconds, double Exact)> Read(TrainedModel model)
    {
        foreach (var line in File.ReadLines(new RunFolder(model.Folder).MetricsPath))
        {
            using var json = JsonDocument.Parse(line);
            var row = json.RootElement;
            if (row.GetProperty("kind").GetString() == "evaluation")
            {
                yield return (row.GetProperty("step").GetInt64(), row.GetProperty("seconds").GetDouble(), 100 * row.GetProperty("metrics").GetProperty("exact_accuracy").GetDouble());
            }
        }
    }

    /// <summary>An evaluation: steps and mean seconds of training before it, and exact answers in percent.</summary>
    private sealed record Point(long Step, double Seconds, Spread Exact);
}
