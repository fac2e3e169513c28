using Hrm.Training;

namespace Hrm.Paper;

/// <summary>Figure 3: how far each update moves its state.</summary>
internal sealed class ResidualFigure : Figure
{
    private const int Puzzles = 200;
    private const int ShownSegments = 3;
    private const int FixedPointUpdates = 32;
    private const double ManyCycles = 0.9;
    private const double MoreThanChance = 0.75;
    private const double Tenth = 0.1;
    private const double Half = 0.5;
    private const double Settled = 0.01;

    public override string Name => "fig3";

    public override string Title => "Hierarchical convergence";

    public override IEnumerable<TrainingPlan> Plans(ReproduceScale scale)
    {
        var plans = new PaperPlans(scale);
        return [plans.LongHrm, plans.LongRecurrent];
    }

    public override FigureResult Run(Laboratory laboratory)
    {
        var plans = new PaperPlans(laboratory.Scale);
        var segments = laboratory.Scale.MaxSegments;
        var hrm = laboratory.Train(plans.LongHrm);
        Motion[] motions = [.. hrm.Zip(laboratory.Train(plans.LongRecurrent), (own, plain) => new Motion(Watch(laboratory, own, segments), Watch(laboratory, plain, segments)))];
        var early = hrm.Select(model => Settle(laboratory, model, 1)).ToArray();
        var settling = hrm.Select(model => Settle(laboratory, model, segments)).ToArray();
        var way = laboratory.Measure("trajectory", hrm[0], new { Puzzles, segments }, (loaded, test) => Trajectory.Of(loaded, test, Puzzles, segments, laboratory.Cancellation));
        return Result(
            laboratory,
            $"{laboratory.Scale.Sudoku.Name}: ‖z' − z‖ over all tokens, mean of {Puzzles} test puzzles; {segments} segments of {laboratory.Scale.LongCycles.HighCycles} cycles of {laboratory.Scale.LongCycles.LowCycles} updates of L and one of H. The recurrent model makes as many updates of its one state, with as many parameters.",
            Claims(laboratory, motions, early, settling),
            [
                new ResultTable(
                    "fig3-residuals",
                    "Mean ‖z' − z‖ of each update, mean (least–most) over the seeds",
                    ["segment", "cycle", "update", "HRM", "recurrent"],
                    [.. motions[0].Hrm.Select((update, i) => (IReadOnlyList<Cell>)
                        [$"{update.Segment}", $"{update.Cycle + 1}", update.IsHigh ? "H" : $"L {update.Step + 1}", Over(motions, motion => motion.Hrm[i].Mean).Cell("F2"), Over(motions, motion => motion.Plain[i].Mean).Cell("F2")])]),
                new ResultTable(
                    "fig3-fixed-point",
                    "L alone, zH held after the first and after the last segment: how far each update moves it, and how far it is before from where it ends",
                    ["update", "first: ‖z' − z‖ / ‖z‖", "first: ‖z − z*‖ / ‖z*‖", "last: ‖z' − z‖ / ‖z‖", "last: ‖z − z*‖ / ‖z*‖"],
                    [.. settling[0].Steps.Select((step, i) => (IReadOnlyList<Cell>)
                    [
                        $"{step.Update}",
                        Settling.Over(early, i, each => each.Residual).Cell("F4"),
                        Settling.Over(early, i, each => each.Distance).Cell("F4"),
                        Settling.Over(settling, i, each => each.Residual).Cell("F4"),
                        Settling.Over(settling, i, each => each.Distance).Cell("F4"),
                    ])]),
            ],
            [
                Draw(
                    laboratory,
                    string.Empty,
                    $"The first {ShownSegments} segments, mean of the seeds. Each segment has {laboratory.Scale.LongCycles.HighCycles} cycles; L jumps where a cycle begins.",
                    Residuals(motions),
                    Plain(motions)),
                Draw(
                    laboratory,
                    "states",
                    $"Left: L with zH held after the first and after the last segment: how far it is from where it ends. Right: the way of one blank cell's states through all {segments} segments, in the plane in which those of {Puzzles} puzzles spread most ({Percent(way.HighShare)} % of zH's variance, {Percent(way.LowShare)} % of zL's).",
                    Fixed(early, settling),
                    Ways(way)),
            ]);
    }

    private static States Watch(Laboratory laboratory, TrainedModel model, int segments) => laboratory.Measure(
        "states",
        model,
        new { Puzzles, segments },
        (loaded, test) => States.Of(loaded, test, Puzzles, segments, laboratory.Cancellation));

    private static Settling Settle(Laboratory laboratory, TrainedModel model, int segments) => laboratory.Measure(
        "fixed-point",
        model,
        new { Puzzles, segments, FixedPointUpdates },
        (loaded, test) => new Settling([.. FixedPointStudy.Run(loaded, States.Sample(test, Puzzles), segments, FixedPointUpdates, cancellationToken: laboratory.Cancellation).Low]));

    private static IReadOnlyList<Claim> Claims(Laboratory laboratory, IReadOnlyList<Motion> motions, IReadOnlyList<Settling> early, IReadOnlyList<Settling> settling)
    {
        var (setting, seeds) = (Setting(laboratory), laboratory.Seeds.Count);
        var falls = Over(motions, motion => motion.HighFall);
        var jumps = Over(motions, motion => motion.JumpShare);
        var last = Over(motions, motion => motion.LastRatio);
        var order = Over(motions, motion => motion.HighOrder);
        var own = laboratory.Scale.LongCycles.LowCycles;
        var (first, distance) = (Settling.Over(early, own, step => step.Distance), Settling.Over(settling, own, step => step.Distance));
        var residual = Settling.Over([.. early, .. settling], FixedPointUpdates - 1, step => step.Residual);
        return
        [
            new Claim(
                "The residual of H falls steadily",
                "falls over the run (no numbers published)",
                $"its last update moves zH {falls.Text("F2")} times as far as its second; rank correlation of residual and update {order.Text("F2")} (the first update, away from the initial state, left out)",
                setting,
                seeds,
                falls.Most < 1 ? Verdicts.Below(order, -1 + Tenth, -Half) : Verdict.NotReproduced),
            new Claim(
                "The residual of L jumps where a cycle begins",
                "at each cycle (no numbers published)",
                $"after the beginning larger than before in {Spread.Of(motions.Select(motion => 100 * motion.JumpShare)).Text("F0")} % of the cycles, {Over(motions, motion => motion.Jumps[0]).Text("F2")} times at the second cycle and {Over(motions, motion => motion.Jumps[^1]).Text("F2")} times at the last",
                setting,
                seeds,
                jumps.Least >= ManyCycles ? Verdict.Reproduced : jumps.Mean >= MoreThanChance ? Verdict.Partly : Verdict.NotReproduced),
            new Claim(
                "A recurrent model without a hierarchy decays to nothing",
                "its residual goes to zero early (no numbers published)",
                $"its last update moves its state {last.Text("F2")} times as far as HRM's last moves zL",
                setting,
                seeds,
                Verdicts.Below(last, Tenth, Half)),
            new Claim(
                "L settles within a cycle (the premise of the one-step gradient)",
                "local convergence within each cycle",
                $"after the {own} updates of a cycle zL is, relative to its length, {first.Text("F3")} (first segment) and {distance.Text("F3")} (last) from where it is after {FixedPointUpdates} with zH held; there each update still moves it by {residual.Text("F3")}",
                setting,
                seeds,
                residual.Most < Settled ? Verdicts.All(Verdicts.Below(first, Tenth, Half), Verdicts.Below(distance, Tenth, Half)) : Verdict.NotReproduced),
        ];
    }

    private static Spread Over(IReadOnlyList<Motion> motions, Func<Motion, double> value) => Spread.Of(motions.Select(value));

    private static Chart Residuals(IReadOnlyList<Motion> motions)
    {
        var shown = Shown(motions[0].Hrm);
        return new Chart("HRM", "update", "mean ‖z' − z‖",
        [
            Line("H", shown.Where(place => motions[0].Hrm[place].IsHigh), place => Over(motions, motion => motion.Hrm[place].Mean)),
            Line("L", shown.Where(place => !motions[0].Hrm[place].IsHigh), place => Over(motions, motion => motion.Hrm[place].Mean)),
        ]);
    }

    private static Chart Plain(IReadOnlyList<Motion> motions)
    {
        var shown = Shown(motions[0].Recurrent).Where(place => motions[0].Recurrent[place].IsHigh).ToArray();
        return new Chart("Recurrent", "update", "mean ‖z' − z‖", [Series.Of("z", shown.Select((_, i) => i + 1.0), shown.Select(place => Over(motions, motion => motion.Recurrent[place].Mean)))]);
    }

    private static Series Line(string label, IEnumerable<int> places, Func<int, Spread> value)
    {
        var all = places.ToArray();
        return Series.Of(label, all.Select(place => place + 1.0), all.Select(value));
    }

    private static int[] Shown(IReadOnlyList<UpdateResidual> updates) => [.. Enumerable.Range(0, updates.Count).Where(place => updates[place].Segment <= ShownSegments)];

    private static Chart Fixed(IReadOnlyList<Settling> early, IReadOnlyList<Settling> settling)
    {
        double[] updates = [.. settling[0].Steps.Select(step => (double)step.Update)];
        return new Chart("L with zH held", "update of L", "‖z − z*‖ / ‖z*‖",
        [
            Series.Of("first segment", updates, updates.Select((_, i) => Settling.Over(early, i, step => step.Distance))),
            Series.Of("last segment", updates, updates.Select((_, i) => Settling.Over(settling, i, step => step.Distance))),
        ]);
    }

    private static Chart Ways(Trajectory way) => new("States of one cell", "first direction", "second direction",
    [
        Series.Of("zH", way.High.Select(place => place[0]), way.High.Select(place => place[1])),
        Series.Of("zL", way.Low.Select(place => place[0]), way.Low.Select(place => place[1])),
    ])
    {
        StartsAtZero = false,
    };

    /// <summary>L's way when zH is held.</summary>
    private sealed record Settling(IReadOnlyList<FixedPointStep> Steps)
    {
        public static Spread Over(IReadOnlyList<Settling> all, int place, Func<FixedPointStep, double> value) => Spread.Of(all.Select(each => value(each.Steps[place])));
    }

    /// <summary>Both models of a seed.</summary>
    private sealed record Motion(States OfHrm, States OfRecurrent)
    {
        public IReadOnlyList<UpdateResidual> Hrm => OfHrm.Residuals;

        /// <summary>Its H hands on what L gave, so an update of z is one that says it is H's.</summary>
        public IReadOnlyList<UpdateResidual> Recurrent => OfRecurrent.Residuals;

        public IReadOnlyList<UpdateResidual> Plain => [.. Recurrent.Where(update => update.IsHigh)];

        /// <summary>The last residual of H over its second.</summary>
        public double HighFall => High[^1] / High[0];

        /// <summary>Spearman's correlation of H's residuals with the order of its updates: -1 where each is smaller than all before.</summary>
        public double HighOrder
        {
            get
            {
                var high = High;
                var squares = high.Select((value, place) => Math.Pow(high.Count(other => other < value) - place, 2)).Sum();
                return 1 - (6 * squares / (high.Length * ((double)(high.Length * high.Length) - 1)));
            }
        }

        /// <summary>The residuals of H without the first, which leads away from the initial state and is large for any model.</summary>
        private double[] High => [.. Hrm.Where(update => update.IsHigh).Skip(1).Select(update => update.Mean)];

        /// <summary>The last residual of the recurrent model over that of L.</summary>
        public double LastRatio => Plain[^1].Mean / Hrm.Last(update => !update.IsHigh).Mean;

        /// <summary>The share of cycles, the first left out, whose first update of L moves it further than the last one before.</summary>
        public double JumpShare => (double)Jumps.Count(jump => jump > 1) / Jumps.Count;

        /// <summary>How many times as far the first update of each cycle moves L as the last one before; of the second cycle on.</summary>
        public IReadOnlyList<double> Jumps
        {
            get
            {
                var low = Hrm.Where(update => !update.IsHigh).ToArray();
                return [.. Enumerable.Range(1, low.Length - 1).Where(place => low[place].Step == 0).Select(place => low[place].Mean / low[place - 1].Mean)];
            }
        }
    }
}
