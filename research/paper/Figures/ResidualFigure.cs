using Hrm.Training;

namespace Hrm.Paper;

/// <summary>Figure 3: the residual of each update, the distance by which it moves its state.</summary>
internal sealed class ResidualFigure() : Figure("fig3", "Hierarchical convergence")
{
    private const int Puzzles = 200;
    private const int ShownSegments = 3;
    private const int FixedPointUpdates = 32;
    private const double ManyCycles = 0.9;
    private const double MoreThanChance = 0.75;
    private const double Tenth = 0.1;
    private const double Half = 0.5;
    private const double FixedPointResidual = 0.01;

    public override IEnumerable<TrainingPlan> Plans(ReproduceScale scale) => [scale.Plans.LongHrm, scale.Plans.LongRecurrent];

    public override FigureResult Run(FigureContext context)
    {
        var plans = context.Scale.Plans;
        var segments = context.Scale.MaxSegments;
        var hrm = context.Train(plans.LongHrm);
        SeedResiduals[] seeds = [.. hrm.Zip(context.Train(plans.LongRecurrent), (own, plain) => new SeedResiduals(MeasureStates(context, own, segments), MeasureStates(context, plain, segments)))];
        var early = hrm.Select(model => MeasureFixedPoint(context, model, 1)).ToArray();
        var late = hrm.Select(model => MeasureFixedPoint(context, model, segments)).ToArray();
        var trajectory = context.Measure("trajectory", hrm[0], new { Puzzles, segments }, (loaded, test) => Trajectory.Of(loaded, test, Puzzles, segments, context.Cancellation));
        return Result(
            context,
            $"{context.Scale.Hrm.Source.Name}: ‖z' − z‖ over all tokens, mean of {Puzzles} test puzzles; {segments} segments of {context.Scale.LongCycles.HighCycles} cycles of {context.Scale.LongCycles.LowCycles} updates of L and one of H. The recurrent model makes as many updates of its one state, with as many parameters.",
            Claims(context, seeds, early, late),
            [
                new ResultTable(
                    "Mean ‖z' − z‖ of each update, mean (least–most) over the seeds",
                    ["segment", "cycle", "update", "HRM", "recurrent"],
                    [.. seeds[0].Hrm.Select((update, i) => (IReadOnlyList<string>)
                        [$"{update.Segment}", $"{update.Cycle + 1}", update.IsHigh ? "H" : $"L {update.Step + 1}", Over(seeds, seed => seed.Hrm[i].Mean).Text("F2"), Over(seeds, seed => seed.Plain[i].Mean).Text("F2")])]),
                new ResultTable(
                    "Updates of L only, with zH fixed after the first and after the last segment: the residual of each update, and the distance from the final state before it",
                    ["update", "first: ‖z' − z‖ / ‖z‖", "first: ‖z − z*‖ / ‖z*‖", "last: ‖z' − z‖ / ‖z‖", "last: ‖z − z*‖ / ‖z*‖"],
                    [.. late[0].Select((step, i) => (IReadOnlyList<string>)
                    [
                        $"{step.Update}",
                        .. new[] { early, late }.SelectMany(all => new[] { Over(all, i, each => each.Residual).Text("F4"), Over(all, i, each => each.Distance).Text("F4") }),
                    ])]),
            ],
            [
                Draw(
                    context,
                    string.Empty,
                    $"The first {ShownSegments} segments, mean of the seeds. Each segment has {context.Scale.LongCycles.HighCycles} cycles; L jumps at the beginning of a cycle.",
                    Residuals(seeds),
                    Plain(seeds)),
                Draw(
                    context,
                    "states",
                    $"Left: L with zH fixed after the first and after the last segment: the distance from its final state. Right: the path of one blank cell's states through all {segments} segments, in the plane in which the states of {Puzzles} puzzles vary most ({Percent(trajectory.HighShare)} % of zH's variance, {Percent(trajectory.LowShare)} % of zL's).",
                    Fixed(early, late),
                    Trajectories(trajectory)),
            ]);
    }

    private static States MeasureStates(FigureContext context, TrainedModel model, int segments) => context.Measure(
        "states",
        model,
        new { Puzzles, segments },
        (loaded, test) => States.Of(loaded, test, Puzzles, segments, context.Cancellation));

    private static FixedPointStep[] MeasureFixedPoint(FigureContext context, TrainedModel model, int segments) => context.Measure(
        "fixed-point",
        model,
        new { Puzzles, segments, FixedPointUpdates },
        (loaded, test) => FixedPointStudy.Run(loaded, States.Sample(test, Puzzles), segments, FixedPointUpdates, context.Cancellation));

    private static IReadOnlyList<Claim> Claims(FigureContext context, IReadOnlyList<SeedResiduals> seeds, FixedPointStep[][] early, FixedPointStep[][] late)
    {
        var falls = Over(seeds, seed => seed.HighFall);
        var jumps = Over(seeds, seed => seed.JumpShare);
        var last = Over(seeds, seed => seed.LastRatio);
        var order = Over(seeds, seed => seed.HighOrder);
        var own = context.Scale.LongCycles.LowCycles;
        var (first, distance) = (Over(early, own, step => step.Distance), Over(late, own, step => step.Distance));
        var residual = Over([.. early, .. late], FixedPointUpdates - 1, step => step.Residual);
        return
        [
            new Claim(
                "The residual of H falls steadily",
                "falls over the run (no numbers published)",
                $"its last update moves zH {falls.Text("F2")} times as far as its second; rank correlation of residual and update {order.Text("F2")} (the first update, away from the initial state, left out)",
                falls.Most < 1 ? Verdicts.Below(order, -1 + Tenth, -Half) : Verdict.NotReproduced),
            new Claim(
                "The residual of L jumps where a cycle begins",
                "at each cycle (no numbers published)",
                $"after the beginning larger than before in {Spread.Of(seeds.Select(seed => 100 * seed.JumpShare)).Text("F0")} % of the cycles, {Over(seeds, seed => seed.Jumps[0]).Text("F2")} times at the second cycle and {Over(seeds, seed => seed.Jumps[^1]).Text("F2")} times at the last",
                jumps.Least >= ManyCycles ? Verdict.Reproduced : jumps.Mean >= MoreThanChance ? Verdict.Partly : Verdict.NotReproduced),
            new Claim(
                "A recurrent model without a hierarchy decays to nothing",
                "its residual goes to zero early (no numbers published)",
                $"its last update moves its state {last.Text("F2")} times as far as HRM's last moves zL",
                Verdicts.Below(last, Tenth, Half)),
            new Claim(
                "L settles within a cycle (the premise of the one-step gradient)",
                "local convergence within each cycle",
                $"after the {own} updates of a cycle zL is, relative to its length, {first.Text("F3")} (first segment) and {distance.Text("F3")} (last) from where it is after {FixedPointUpdates} with zH held; there each update still moves it by {residual.Text("F3")}",
                residual.Most < FixedPointResidual ? Verdicts.All(Verdicts.Below(first, Tenth, Half), Verdicts.Below(distance, Tenth, Half)) : Verdict.NotReproduced),
        ];
    }

    private static Spread Over(IReadOnlyList<SeedResiduals> seeds, Func<SeedResiduals, double> value) => Spread.Of(seeds.Select(value));

    private static Spread Over(FixedPointStep[][] all, int index, Func<FixedPointStep, double> value) => Spread.Of(all.Select(steps => value(steps[index])));

    private static Chart Residuals(IReadOnlyList<SeedResiduals> seeds) => new("HRM", "update", "mean ‖z' − z‖",
    [
        Line("H", Shown(seeds[0].Hrm).Where(i => seeds[0].Hrm[i].IsHigh), i => Over(seeds, seed => seed.Hrm[i].Mean)),
        Line("L", Shown(seeds[0].Hrm).Where(i => !seeds[0].Hrm[i].IsHigh), i => Over(seeds, seed => seed.Hrm[i].Mean)),
    ]);

    private static Chart Plain(IReadOnlyList<SeedResiduals> seeds)
        => new("Recurrent", "update", "mean ‖z' − z‖", [Line("z", Shown(seeds[0].Plain), i => Over(seeds, seed => seed.Plain[i].Mean))]);

    private static Series Line(string label, IEnumerable<int> updates, Func<int, Spread> value)
    {
        var all = updates.ToArray();
        return Series.Of(label, all.Select(i => i + 1.0), all.Select(value));
    }

    private static IEnumerable<int> Shown(IReadOnlyList<UpdateResidual> updates) => Enumerable.Range(0, updates.Count).Where(i => updates[i].Segment <= ShownSegments);

    private static Chart Fixed(FixedPointStep[][] early, FixedPointStep[][] late)
    {
        double[] updates = [.. late[0].Select(step => (double)step.Update)];
        return new Chart("L with zH fixed", "update of L", "‖z − z*‖ / ‖z*‖",
        [
            Series.Of("first segment", updates, updates.Select((_, i) => Over(early, i, step => step.Distance))),
            Series.Of("last segment", updates, updates.Select((_, i) => Over(late, i, step => step.Distance))),
        ]);
    }

    private static Chart Trajectories(Trajectory trajectory) => new("States of one cell", "first direction", "second direction",
    [
        Series.Of("zH", trajectory.High.Select(place => place[0]), trajectory.High.Select(place => place[1])),
        Series.Of("zL", trajectory.Low.Select(place => place[0]), trajectory.Low.Select(place => place[1])),
    ])
    {
        StartsAtZero = false,
    };

    /// <summary>The residuals of both models of a seed.</summary>
    private sealed class SeedResiduals(States hrm, States recurrent)
    {
        public IReadOnlyList<UpdateResidual> Hrm => hrm.Residuals;

        /// <summary>The updates of the one state: its H returns what L gave, so they count as H's.</summary>
        public IReadOnlyList<UpdateResidual> Plain { get; } = [.. recurrent.Residuals.Where(update => update.IsHigh)];

        /// <summary>The last residual of H over its second.</summary>
        public double HighFall => High[^1] / High[0];

        /// <summary>Spearman's correlation of H's residuals with the order of its updates: -1 if each is smaller than all before.</summary>
        public double HighOrder
        {
            get
            {
                var high = High;
                var squares = high.Select((value, place) => Math.Pow(high.Count(other => other < value) - place, 2)).Sum();
                return 1 - (6 * squares / (high.Length * ((double)(high.Length * high.Length) - 1)));
            }
        }

        /// <summary>The residuals of H without the first, which leaves the initial state and is large for any model.</summary>
        private double[] High => [.. Hrm.Where(update => update.IsHigh).Skip(1).Select(update => update.Mean)];

        /// <summary>The last residual of the recurrent model over that of L.</summary>
        public double LastRatio => Plain[^1].Mean / Hrm.Last(update => !update.IsHigh).Mean;

        /// <summary>The share of cycles, without the first, whose first update of L moves it further than the last one before.</summary>
        public double JumpShare => (double)Jumps.Count(jump => jump > 1) / Jumps.Count;

        /// <summary>From the second cycle on: the first residual of L in a cycle over the last residual before it.</summary>
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
