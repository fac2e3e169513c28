namespace Hrm.Paper;

/// <summary>Figure 5: adaptive halting, and more segments than in training.</summary>
internal sealed class HaltingFigure() : Figure("fig5", "Adaptive halting")
{
    private const double Close = 2; // points
    private const double Flat = 1.5; // times

    public override IEnumerable<TrainingPlan> Plans(ReproduceScale scale)
        => [.. Maxima(scale).SelectMany(maximum => (TrainingPlan[])[scale.Plans.HrmOf(maximum), scale.Plans.FixedOf(maximum)]), .. scale.Plans.Easiest.Take(1)];

    public override FigureResult Run(FigureContext context)
    {
        var plans = context.Scale.Plans;
        Row[] rows = [.. Maxima(context.Scale).Select(maximum => Row.Of(context, plans.HrmOf(maximum), plans.FixedOf(maximum)))];
        Row[] easiest = [.. plans.Easiest.Take(1).Select(plan => Row.Of(context, plan, plan))];
        var picture = Draw(
            context,
            string.Empty,
            "Left: segments until the rule of the training (q_halt > q_continue), or 95 % confidence, stops a puzzle. Middle: exact answers. Right: models trained with at most M segments, with more segments. Whiskers: all seeds.",
            ByMaximum("Segments", "mean segments per puzzle", rows, row => Spread.Of([row.Maximum]), row => row.Own, row => row.Confident),
            ByMaximum("Accuracy", "exact test answers, %", rows, row => row.Always, row => row.OwnExact, row => row.ConfidentExact),
            Scaling(rows));
        var histogram = Draw(
            context,
            "histogram",
            "Test puzzles by their number of segments, all seeds together.",
            Histogram(rows[^1]));
        return Result(
            context,
            $"{context.Scale.Hrm.Source.Name}: trained with adaptive halting, and with M segments always; {rows[0].Adaptive[0].Puzzles:N0} test puzzles, the same for all, the same dtype.{string.Concat(easiest.Select(row => $" {row.Puzzles}: M always is the same models without halting."))}",
            Claims(rows, easiest),
            [
                new ResultTable(
                    "Segments and exact test answers, mean (least–most) over the seeds",
                    ["puzzles", "M", "adaptive: segments", "adaptive: exact, %", "95 %: segments", "95 %: exact, %", "M always: exact, %", "adaptive model at M: exact, %", "adaptive model at 2·M: exact, %"],
                    [.. rows.Concat(easiest).Select(row => row.Cells)]),
            ],
            [picture, histogram]);
    }

    private static IEnumerable<int> Maxima(ReproduceScale scale) => scale.Segments.Where(segments => segments > 1);

    private static IReadOnlyList<Claim> Claims(IReadOnlyList<Row> rows, IReadOnlyList<Row> easiest)
    {
        var last = rows[^1];
        var (stepsGrow, maximumGrows) = (last.Own.Mean / rows[0].Own.Mean, last.Maximum / (double)rows[0].Maximum);
        return
        [
            new Claim(
                "Adaptive halting takes less than half of M at nearly the accuracy of M always",
                "mean steps stay low, accuracy close to fixed M",
                string.Join("; ", easiest.Prepend(last).Select(row => $"{row.Puzzles}, M {row.Maximum}: {row.Own.Text("F2")} segments, {row.OwnExact.Text()} % against {row.Always.Text()} %; at 95 % confidence {row.Confident.Text("F2")} segments, {row.ConfidentExact.Text()} %")),
                last.Saves(last.Own, last.OwnExact) ? Verdict.Reproduced
                    : easiest.Append(last).Any(row => row.Saves(row.Own, row.OwnExact) || row.Saves(row.Confident, row.ConfidentExact)) ? Verdict.Partly
                    : Verdict.NotReproduced),
            new Claim(
                "The mean number of segments stays flat as M grows",
                "flat from M 2 to M 8",
                string.Join(", ", rows.Select(row => $"M {row.Maximum}: {row.Own.Text("F2")}")),
                stepsGrow < Flat ? Verdict.Reproduced : stepsGrow < Math.Sqrt(maximumGrows) ? Verdict.Partly : Verdict.NotReproduced),
            new Claim(
                "More segments than were trained are no worse",
                "trained at 8, accuracy still rises at 16",
                string.Join(", ", rows.Select(row => $"M {row.Maximum}: {row.AtMaximum.Text()} %, at {2 * row.Maximum} {row.AtTwice.Text()} %")),
                Verdicts.All([.. rows.Select(row => row.AtMaximum.Mean < Verdicts.Floor ? Verdict.NotTestable : row.AtTwice.Mean >= row.AtMaximum.Mean ? Verdict.Reproduced : Verdict.NotReproduced)])),
        ];
    }

    private static double[] Maxima(IReadOnlyList<Row> rows) => [.. rows.Select(row => (double)row.Maximum)];

    private static Chart ByMaximum(string title, string up, IReadOnlyList<Row> rows, Func<Row, Spread> always, Func<Row, Spread> adaptive, Func<Row, Spread> confident) => new(title, "M", up,
    [
        Series.Of("M always", Maxima(rows), rows.Select(always)),
        Series.Of("adaptive", Maxima(rows), rows.Select(adaptive)),
        Series.Of("95 % confidence", Maxima(rows), rows.Select(confident)),
    ])
    {
        Ticks = Maxima(rows),
    };

    private static Chart Scaling(IReadOnlyList<Row> rows) => new("More segments than trained", "segments in inference", "exact test answers, %",
    [
        .. rows.Select(row => Series.Of(
            $"trained with M {row.Maximum}",
            Series.UpTo(row.Adaptive[0].Segments.Count),
            Enumerable.Range(1, row.Adaptive[0].Segments.Count).Select(segment => Spread.Of(row.Adaptive.Select(each => 100 * each.ExactAfter(segment)))))),
    ]);

    private static Chart Histogram(Row row)
    {
        var places = Series.UpTo(row.Maximum);
        return new Chart($"Segments until halting, M {row.Maximum}", "segments", "share of puzzles, %",
        [
            Series.Of("adaptive", places, Shares(SegmentEvaluation.OwnRule)),
            Series.Of("95 % confidence", places, Shares(SegmentEvaluation.ConfidenceRule)),
        ])
        {
            Ticks = places,
        };

        IEnumerable<double> Shares(string rule)
        {
            var puzzles = row.Adaptive.Sum(each => each.Puzzles);
            return places.Select((_, i) => 100.0 * row.Adaptive.Sum(each => each.Rules[rule].Histogram[i]) / puzzles);
        }
    }

    /// <summary>The models of one M.</summary>
    private sealed record Row(string Puzzles, int Maximum, IReadOnlyList<SegmentEvaluation> Adaptive, IReadOnlyList<SegmentEvaluation> Fixed)
    {
        public Spread Own => Over(Adaptive, each => each.Rules[SegmentEvaluation.OwnRule].Mean);

        public Spread OwnExact => Over(Adaptive, each => 100 * each.Rules[SegmentEvaluation.OwnRule].Exact);

        public Spread Confident => Over(Adaptive, each => each.Rules[SegmentEvaluation.ConfidenceRule].Mean);

        public Spread ConfidentExact => Over(Adaptive, each => 100 * each.Rules[SegmentEvaluation.ConfidenceRule].Exact);

        public Spread Always => Over(Fixed, each => 100 * each.ExactAfter(Maximum));

        public Spread AtMaximum => Over(Adaptive, each => 100 * each.ExactAfter(Maximum));

        public Spread AtTwice => Over(Adaptive, each => 100 * each.ExactAfter(2 * Maximum));

        public IReadOnlyList<string> Cells =>
            [Puzzles, $"{Maximum}", Own.Text("F2"), OwnExact.Text(), Confident.Text("F2"), ConfidentExact.Text(), Always.Text(), AtMaximum.Text(), AtTwice.Text()];

        /// <summary>Whether a rule takes less than half of M, at nearly the accuracy of M always.</summary>
        public bool Saves(Spread steps, Spread exact) => steps.Mean < Maximum / 2.0 && Always.Mean - exact.Mean <= Close;

        public static Row Of(FigureContext context, TrainingPlan adaptive, TrainingPlan always) => new(
            adaptive.Source.Name,
            adaptive.MaxSegments,
            [.. context.Train(adaptive).Select(context.EvaluateSegments)],
            [.. context.Train(always).Select(context.EvaluateSegments)]);

        private static Spread Over(IEnumerable<SegmentEvaluation> models, Func<SegmentEvaluation, double> value) => Spread.Of(models.Select(value));
    }
}
