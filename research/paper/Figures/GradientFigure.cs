namespace Hrm.Paper;

/// <summary>What the one-step gradient gives up, and what deep supervision adds.</summary>
internal sealed class GradientFigure : Figure
{
    public override string Name => "onestep";

    public override string Title => "One-step gradient, BPTT and deep supervision";

    public override IEnumerable<TrainingPlan> Plans(ReproduceScale scale)
    {
        var plans = new PaperPlans(scale);
        return [plans.Hrm, plans.LastCycle, plans.Bptt, plans.NoDeepSupervision];
    }

    public override FigureResult Run(Laboratory laboratory)
    {
        var models = Plans(laboratory.Scale).Select(laboratory.Train).ToArray();
        var exact = models.Select(laboratory.Exact).ToArray();
        var seconds = models.Select(each => Spread.Of(each.Select(model => model.Seconds))).ToArray();
        var curves = models.Select(each => LearningCurve.Of(each)).ToArray();
        var picture = Draw(
            laboratory,
            string.Empty,
            "Exact answers to the test puzzles during training, by steps and by time. Whiskers: all seeds.",
            Chart("By steps", "training steps", curves, models, point => point.Step),
            Chart("By time", "training time, s", curves, models, point => point.Seconds));
        var setting = Setting(laboratory);
        return Result(
            laboratory,
            $"{laboratory.Scale.Sudoku.Name}: the same model, batches and number of steps. Last cycle: the updates of the last high cycle record gradients. BPTT: all updates of a segment do. No deep supervision: the same chain of updates over all M segments, judged at its end alone, with the one-step gradient.",
            [
                new Claim(
                    "The one-step gradient trains as well as BPTT",
                    "no comparison published",
                    $"one step {exact[0].Text()} %, last cycle {exact[1].Text()} %, BPTT {exact[2].Text()} %",
                    setting,
                    laboratory.Seeds.Count,
                    Verdicts.NotLower(exact[0], exact[2])),
                new Claim(
                    "The one-step gradient is cheaper than BPTT",
                    "no figure published",
                    $"{Number(seconds[0].Mean, "F0")} s of training against {Number(seconds[2].Mean, "F0")} s",
                    setting,
                    laboratory.Seeds.Count,
                    Verdicts.Higher(seconds[2], seconds[0])),
                new Claim(
                    "Deep supervision carries the training",
                    "no figure published",
                    $"with {exact[0].Text()} %, without {exact[3].Text()} %",
                    setting,
                    laboratory.Seeds.Count,
                    Verdicts.Higher(exact[0], exact[3])),
            ],
            [
                new ResultTable(
                    "onestep",
                    "Exact test answers and training time, mean (least–most) over the seeds",
                    ["model", "exact, %", "training, s", "ms a step"],
                    [.. models.Select((each, i) => (IReadOnlyList<Cell>)
                        [each[0].Plan.Name, exact[i].Cell(), seconds[i].Cell("F0"), Number(1000 * seconds[i].Mean / each[0].Steps)])]),
            ],
            [picture]);
    }

    private static Chart Chart(
        string title,
        string across,
        IReadOnlyList<LearningCurve.Point>[] curves,
        IReadOnlyList<TrainedModel>[] models,
        Func<LearningCurve.Point, double> place)
        => new(title, across, "exact test answers, %", [.. curves.Select((curve, i) => Series.Of(models[i][0].Plan.Name, curve.Select(place), curve.Select(point => point.Exact)))]);
}
