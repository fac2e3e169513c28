using Hrm.Core;

namespace Hrm.Paper;

/// <summary>Figure 2: accuracy by width and by depth.</summary>
internal sealed class ScalingFigure() : Figure("fig2", "Width and depth")
{
    public override IEnumerable<TrainingPlan> Plans(ReproduceScale scale) =>
    [
        .. scale.Segments.Select(scale.Plans.HrmOf),
        .. scale.Segments.Select(scale.Plans.RecurrentOf),
        .. scale.DirectLayers.Select(scale.Plans.DirectOf),
        .. scale.Widths.SelectMany(width => (TrainingPlan[])[PaperPlans.WideOf(scale.Plans.Direct, width), PaperPlans.WideOf(scale.Hrm, width)]),
    ];

    public override FigureResult Run(FigureContext context)
    {
        var scale = context.Scale;
        var plans = scale.Plans;
        Curve[] width =
        [
            Curve.Of(context, "direct", scale.Widths.Select(width => PaperPlans.WideOf(plans.Direct, width)), Width),
            Curve.Of(context, "HRM", scale.Widths.Select(width => PaperPlans.WideOf(plans.Hrm, width)), Width),
        ];
        Curve[] depth =
        [
            Curve.Of(context, "direct", scale.DirectLayers.Select(plans.DirectOf), Depth),
            Curve.Of(context, "recurrent", scale.Segments.Select(plans.RecurrentOf), Depth),
            Curve.Of(context, "HRM", scale.Segments.Select(plans.HrmOf), Depth),
        ];
        var picture = Draw(
            context,
            string.Empty,
            "Left: width at the depth of the preset. Right: depth, the blocks that are applied from question to answer. Whiskers: all seeds.",
            Chart("Width", "D, width of the states", width),
            Chart("Depth", "blocks applied, all segments together", depth));
        return Result(
            context,
            $"{scale.Hrm.Source.Name}: {scale.Hrm.Create().Trainer.TotalSteps:N0} steps each, the same batches and learning rate. Depth grows by blocks in the direct model, by segments (M) in the recurrent one and in HRM; both of these are trained with deep supervision and the one-step gradient.",
            Claims(width, depth),
            [Table("Width", "D", width), Table("Depth", "blocks applied", depth)],
            [picture]);
    }

    private static double Width(RunSettings settings) => settings.Model.HiddenSize;

    private static double Depth(RunSettings settings) => (double)TrainingPlan.Blocks(settings).Forward * settings.Trainer.Halting.MaxSegments;

    private static Chart Chart(string title, string across, IReadOnlyList<Curve> curves)
        => new(title, across, "exact test answers, %", [.. curves.Select(curve => Series.Of(curve.Label, curve.X, curve.Y))])
        {
            IsLogAcross = true,
            Ticks = [.. curves.SelectMany(curve => curve.X).Distinct().Order()],
        };

    private static ResultTable Table(string title, string quantity, IReadOnlyList<Curve> curves) => new(
        $"{title}: exact test answers, mean (least–most) over the seeds",
        ["model", quantity, "parameters", "exact, %", "training, s"],
        [.. curves.SelectMany(curve => curve.Models.Select((models, i) => (IReadOnlyList<string>)
            [curve.Label, Number(curve.X[i], "F0"), Number(models[0].Parameters, "F0"), curve.Y[i].Text(), Number(models.Average(model => model.Seconds), "F0")]))]);

    private static IReadOnlyList<Claim> Claims(Curve[] width, Curve[] depth)
    {
        var (direct, recurrent, hrm) = (depth[0], depth[1], depth[2]);
        return
        [
            new Claim(
                "A wider direct model is no better",
                "27M to 872M parameters: no gain (Sudoku-Extreme-Full)",
                $"{width[0].Text} wide; a wider HRM: {width[1].Text}",
                width[0].Y.All(spread => spread.Most < Verdicts.Floor)
                    ? Verdict.NotTestable
                    : Verdicts.NotLower(width[0].Y[0], width[0].Y[^1])),
            new Claim(
                "A deeper model is better",
                "8 to 512 layers: accuracy rises",
                $"direct {direct.Text} blocks; recurrent {recurrent.Text}; HRM {hrm.Text}",
                Verdicts.All(direct.Rises, recurrent.Rises, hrm.Rises)),
            new Claim(
                "HRM uses depth best",
                "direct 16.9 % at 8 layers, the recurrent one saturates, HRM near 100 %",
                string.Join("; ", Shared(hrm, recurrent, direct).Select(pair => $"at {Number(pair.Depth, "F0")} blocks HRM {pair.Hrm.Text()} %, {pair.Label} {pair.Other.Text()} %")),
                Verdicts.All([.. Shared(hrm, recurrent, direct).Select(pair => Verdicts.Higher(pair.Hrm, pair.Other))])),
            new Claim(
                "The others saturate with depth, HRM does not",
                "direct and recurrent level off, HRM goes on",
                $"from the second largest depth to the largest: direct {direct.LastGain}, recurrent {recurrent.LastGain}, HRM {hrm.LastGain} %",
                Verdicts.All(
                    Verdicts.Higher(hrm.Y[^1], hrm.Y[^2]),
                    direct.Y[^1].Mean < Verdicts.Floor ? Verdict.NotReproduced : Verdicts.NotLower(direct.Y[^2], direct.Y[^1]),
                    Verdicts.NotLower(recurrent.Y[^2], recurrent.Y[^1]))),
        ];
    }

    /// <summary>HRM beside each of the others at the largest depth that both have.</summary>
    private static IEnumerable<(string Label, double Depth, Spread Hrm, Spread Other)> Shared(Curve hrm, params Curve[] others)
    {
        foreach (var other in others)
        {
            var depth = hrm.X.Intersect(other.X).DefaultIfEmpty(double.NaN).Max();
            if (!double.IsNaN(depth))
            {
                yield return (other.Label, depth, hrm.At(depth), other.At(depth));
            }
        }
    }

    /// <summary>The accuracies of one kind of model at several sizes.</summary>
    private sealed record Curve(string Label, IReadOnlyList<double> X, IReadOnlyList<IReadOnlyList<TrainedModel>> Models, IReadOnlyList<Spread> Y)
    {
        /// <summary>Whether the largest model is better than the smallest.</summary>
        public Verdict Rises => Verdicts.Higher(Y[^1], Y[0]);

        public string LastGain => $"{Y[^2].Text()} to {Y[^1].Text()}";

        public Spread At(double place) => Y[Array.IndexOf([.. X], place)];

        public string Text => $"{Number(Y[0].Mean)} to {Number(Y[^1].Mean)} % at {Number(X[0], "F0")} to {Number(X[^1], "F0")}";

        public static Curve Of(FigureContext context, string label, IEnumerable<TrainingPlan> plans, Func<RunSettings, double> place)
        {
            var all = plans.ToArray();
            var models = all.Select(context.Train).ToArray();
            return new Curve(label, [.. all.Select(plan => place(plan.Create()))], models, [.. models.Select(context.Exact)]);
        }
    }
}
