namespace Hrm.Paper;

/// <summary>The paper's model, its baselines, and variants that the paper leaves open.</summary>
internal sealed class VariantsFigure() : Figure("variants", "Baselines and variants")
{
    public override IEnumerable<TrainingPlan> Plans(ReproduceScale scale) => [.. Sudoku(scale.Plans), .. Maze(scale.Plans), .. scale.Plans.Easiest];

    public override FigureResult Run(FigureContext context)
    {
        var plans = context.Scale.Plans;
        var models = Plans(context.Scale).Select(context.Train).ToDictionary(each => each[0].Plan.Name);
        var exact = models.ToDictionary(each => each.Key, each => context.Exact(each.Value));
        var (hrm, direct, recurrent) = (exact[plans.Hrm.Name], exact[plans.Direct.Name], exact[plans.Recurrent.Name]);
        var (gated, tiny, last) = (exact[plans.Gated.Name], exact[plans.Tiny.Name], exact[plans.LastCycle.Name]);
        var (mazeHrm, mazeDirect) = (exact[plans.MazeHrm.Name], exact[plans.MazeDirect.Name]);
        var (validHrm, validDirect) = (context.Valid(models[plans.MazeHrm.Name]), context.Valid(models[plans.MazeDirect.Name]));
        return Result(
            context,
            "All models of a task have the same puzzles, batches, learning rate and number of steps. Updates: of both modules per segment. Blocks: applied from question to answer in all segments.",
            [
                new Claim(
                    "With about 1,000 examples HRM learns Sudokus, and direct prediction with as many parameters does not",
                    "Sudoku-Extreme 55.0 %, direct 0 %",
                    $"HRM {hrm.Text()} %, direct {direct.Text()} %",
                    Verdicts.OnlyOneLearns(hrm, direct)),
                new Claim(
                    "With about 1,000 examples HRM finds shortest paths, and direct prediction does not",
                    "Maze-Hard (30×30) 74.5 %, direct 0 %",
                    $"shortest paths, any of them: HRM {validHrm.Text()} %, direct {validDirect.Text()} %; the path of the data: {mazeHrm.Text()} and {mazeDirect.Text()} %",
                    Verdicts.OnlyOneLearns(validHrm, validDirect))
                { Setting = context.Scale.MazeHrm.Source.Name },
                new Claim(
                    "The hierarchy is worth something beside a recurrent model of as many parameters and updates",
                    "the recurrent model saturates below HRM",
                    $"HRM {hrm.Text()} %, recurrent {recurrent.Text()} %, which applies twice as many blocks",
                    Verdicts.Higher(hrm, recurrent)),
                new Claim(
                    "Gates instead of the sum \"could potentially improve performance\"",
                    "left for future work",
                    $"sum {hrm.Text()} %, gated {gated.Text()} %",
                    Verdicts.Higher(gated, hrm)),
                new Claim(
                    "One module in both places does as well (TRM, arXiv 2510.04871)",
                    "Sudoku-Extreme 87.4 % against HRM's 55.0 % (that paper's)",
                    $"HRM by the gradient of the last cycle, as TRM has it, {last.Text()} %, TRM {tiny.Text()} %",
                    Verdicts.NotLower(tiny, last)),
                .. new[] { ("ARC-AGI-1", "40.3 %"), ("ARC-AGI-2", "5.0 %") }
                    .Select(arc => new Claim(arc.Item1, arc.Item2, "not measured", Verdict.NotTestable) { Setting = "needs days on a GPU", Seeds = 0 }),
            ],
            [
                new ResultTable(
                    "Exact test answers, mean (least–most) over the seeds",
                    ["puzzles", "model", "parameters", "updates", "blocks", "exact, %", "training, s"],
                    [.. models.Values.Select(each => Row(each, exact[each[0].Plan.Name]))]),
            ],
            []);
    }

    private static IReadOnlyList<string> Row(IReadOnlyList<TrainedModel> models, Spread exact)
    {
        var settings = models[0].Plan.Create();
        var updates = settings.Architecture == Architecture.Direct ? 1 : Architectures.UpdatesOfSegment(settings.Model);
        var blocks = TrainingPlan.Blocks(settings).Forward * settings.Trainer.Halting.MaxSegments;
        return [models[0].Plan.Source.Name, models[0].Plan.Name, Number(models[0].Parameters, "F0"), $"{updates}", $"{blocks}", exact.Text(), Number(models.Average(model => model.Seconds), "F0")];
    }

    private static IEnumerable<TrainingPlan> Sudoku(PaperPlans plans)
        => [plans.Hrm, plans.Recurrent, plans.Direct, plans.Tiny, plans.Bptt, plans.LastCycle, plans.NoDeepSupervision, plans.FixedOf(plans.Hrm.MaxSegments), plans.Gated];

    private static IEnumerable<TrainingPlan> Maze(PaperPlans plans) => [plans.MazeHrm, plans.MazeDirect];
}
