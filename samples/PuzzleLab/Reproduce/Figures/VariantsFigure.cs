namespace Hrm.Samples.PuzzleLab;

/// <summary>The paper's model beside those that it is compared with, and beside what it leaves open.</summary>
internal sealed class VariantsFigure : Figure
{
    private const double Clear = 5; // points

    public override string Name => "variants";

    public override string Title => "Baselines and variants";

    public override IEnumerable<TrainingPlan> Plans(ReproduceScale scale) => [.. Sudoku(new PaperPlans(scale)), .. Maze(new PaperPlans(scale))];

    public override FigureResult Run(Laboratory laboratory)
    {
        var plans = new PaperPlans(laboratory.Scale);
        var models = Plans(laboratory.Scale).Select(laboratory.Train).ToDictionary(each => each[0].Plan.Name);
        var exact = models.ToDictionary(each => each.Key, each => laboratory.Exact(each.Value));
        var (hrm, direct, recurrent) = (exact[plans.Hrm.Name], exact[plans.Direct.Name], exact[plans.Recurrent.Name]);
        var (gated, tiny) = (exact[plans.Gated.Name], exact[plans.Tiny.Name]);
        var (mazeHrm, mazeDirect) = (exact[plans.MazeHrm.Name], exact[plans.MazeDirect.Name]);
        var (setting, seeds) = (Setting(laboratory), laboratory.Seeds.Count);
        return Result(
            laboratory,
            "The same puzzles, batches, learning rate and number of steps for all models of a task. Updates: of a segment, of both modules together. Blocks: applied from question to answer, all segments together.",
            [
                new Claim(
                    "With about 1,000 examples HRM learns Sudokus, and direct prediction with as many parameters does not",
                    "Sudoku-Extreme 55.0 %, direct 0 %",
                    $"HRM {hrm.Text()} %, direct {direct.Text()} %",
                    setting,
                    seeds,
                    hrm.Least > direct.Most + Clear ? Verdict.Reproduced : Verdict.NotReproduced),
                new Claim(
                    "With about 1,000 examples HRM finds shortest paths, and direct prediction does not",
                    "Maze-Hard (30×30) 74.5 %, direct 0 %",
                    $"HRM {mazeHrm.Text()} %, direct {mazeDirect.Text()} %",
                    $"{laboratory.Scale.Name}: {laboratory.Scale.Maze.Name}",
                    seeds,
                    mazeHrm.Least > mazeDirect.Most + Clear ? Verdict.Reproduced : mazeHrm.Mean > mazeDirect.Mean + Clear ? Verdict.Partly : Verdict.NotReproduced),
                new Claim(
                    "The hierarchy is worth something beside a recurrent model of as many parameters and updates",
                    "the recurrent transformer saturates below HRM",
                    $"HRM {hrm.Text()} %, recurrent {recurrent.Text()} %, which applies twice as many blocks",
                    setting,
                    seeds,
                    hrm.Least > recurrent.Most ? Verdict.Reproduced : hrm.Mean > recurrent.Mean ? Verdict.Partly : Verdict.NotReproduced),
                new Claim(
                    "Gates in the place of the sum \"could potentially improve performance\"",
                    "left for future work",
                    $"sum {hrm.Text()} %, gated {gated.Text()} %",
                    setting,
                    seeds,
                    gated.Least > hrm.Most ? Verdict.Reproduced : gated.Mean > hrm.Mean ? Verdict.Partly : Verdict.NotReproduced),
                new Claim(
                    "One module in both places does as well (TRM, arXiv 2510.04871)",
                    "Sudoku-Extreme 87.4 % against HRM's 55.0 % (that paper's)",
                    $"HRM {hrm.Text()} %, TRM {tiny.Text()} %",
                    setting,
                    seeds,
                    tiny.Least > hrm.Most ? Verdict.Reproduced : tiny.Mean > hrm.Mean ? Verdict.Partly : Verdict.NotReproduced),
                new Claim("ARC-AGI-1", "40.3 %", "not measured", "needs days on a GPU", 0, Verdict.NotTestable),
                new Claim("ARC-AGI-2", "5.0 %", "not measured", "needs days on a GPU", 0, Verdict.NotTestable),
            ],
            [
                new ResultTable(
                    "variants",
                    "Exact test answers, mean (least–most) over the seeds",
                    ["task", "model", "parameters", "updates", "blocks", "exact, %", "training, s"],
                    [.. models.Values.Select(each => Row(each, exact[each[0].Plan.Name]))]),
            ],
            []);
    }

    private static IReadOnlyList<string> Row(IReadOnlyList<TrainedModel> models, Spread exact)
    {
        var settings = models[0].Plan.Create();
        var updates = settings.Architecture == Architecture.Direct ? 1 : Architectures.UpdatesOfSegment(settings.Model);
        var blocks = TrainingPlan.Blocks(settings).Forward * settings.Trainer.Halting.MaxSegments;
        return [settings.Task, models[0].Plan.Name, $"{models[0].Parameters:N0}", $"{updates}", $"{blocks}", exact.Text(), Number(models.Average(model => model.Seconds), "F0")];
    }

    private static IEnumerable<TrainingPlan> Sudoku(PaperPlans plans)
        => [plans.Hrm, plans.Recurrent, plans.Direct, plans.Tiny, plans.Bptt, plans.LastCycle, plans.NoDeepSupervision, plans.FixedOf(plans.Hrm.Create().Trainer.Halting.MaxSegments), plans.Gated];

    private static IEnumerable<TrainingPlan> Maze(PaperPlans plans) => [plans.MazeHrm, plans.MazeDirect];
}
