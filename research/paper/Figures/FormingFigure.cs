using Hrm.Core;

namespace Hrm.Paper;

/// <summary>Figure 7: the answers after each segment.</summary>
internal sealed class FormingFigure() : Figure("fig7", "Answers as they form")
{
    private const int ShippedSegments = 32;
    private const int FramesOfModel = 2;

    public override IEnumerable<TrainingPlan> Plans(ReproduceScale scale) => [scale.Hrm, scale.MazeHrm];

    public override FigureResult Run(FigureContext context)
    {
        var (sudoku, maze) = (context.Train(context.Scale.Hrm), context.Train(context.Scale.MazeHrm));
        var shipped = new ShippedSudoku(context);
        PuzzleEvaluation[] all =
        [
            new(context.Scale.Hrm.Source.Name, [.. sudoku.Select(context.EvaluateSegments)]),
            new(context.Scale.MazeHrm.Source.Name, [.. maze.Select(context.EvaluateSegments)]),
            new(ShippedSudoku.Title, [shipped.EvaluateSegments(ShippedSegments)]),
        ];
        return Result(
            context,
            $"The answer after each segment, compared with the solution and with the answer before; means over all test puzzles of the models of all seeds. The 9×9 model is the one that comes with the samples, one seed, on {all[2].Models[0].Puzzles} puzzles of 17 or more clues.",
            [
                new Claim(
                    "Decoding the states between segments shows the answer forming",
                    "examples of mazes, Sudokus and ARC tasks",
                    string.Join("; ", all.Select(each => $"{each.Name}: {each.WrongAt(0).Text()} % of the cells wrong after the first segment, {each.WrongAt(each.Count - 1).Text()} % after {each.Count}")),
                    Verdicts.All([.. all.Select(each => Verdicts.Higher(each.WrongAt(0), each.WrongAt(each.Count - 1)))]))
                { Setting = "test puzzles of each" },
            ],
            [
                new ResultTable(
                    "Exact puzzles and cells by segment",
                    ["puzzles", "segment", "exact puzzles, %", "wrong, %", "changed, %", "restored, %"],
                    [.. all.SelectMany(each => each.Rows)]),
            ],
            [
                Draw(context, string.Empty, "Changed: cells that differ from the answer before. Restored: wrong before and right now.", [.. all.Select(each => each.Chart)]),
            ],
            [.. Frames(context, sudoku[0]), .. Frames(context, maze[0]), .. shipped.Frames(FramesOfModel, ShippedSegments)]);
    }

    private static SolveFrames[] Frames(FigureContext context, TrainedModel model)
    {
        var segments = context.Scale.MaxSegments;
        var source = model.Plan.Source;
        return context.Measure("frames", model, new { segments, FramesOfModel }, (loaded, test) => SolveFrames.Of(loaded, source.Task.Name, source.Name, test, FramesOfModel, segments));
    }

    /// <summary>The evaluations of the models of one puzzle set.</summary>
    private sealed record PuzzleEvaluation(string Name, IReadOnlyList<SegmentEvaluation> Models)
    {
        public int Count => Models[0].Segments.Count;

        public IEnumerable<IReadOnlyList<string>> Rows => Enumerable.Range(0, Count).Select(segment => (IReadOnlyList<string>)
        [
            Name,
            $"{segment + 1}",
            Over(segment, each => each.Exact).Text(),
            Over(segment, each => each.Wrong).Text("F2"),
            Over(segment, each => each.Changed).Text("F2"),
            Over(segment, each => each.Restored).Text("F2"),
        ]);

        public Chart Chart
        {
            get
            {
                var segments = Series.UpTo(Count);
                return new Chart(Name, "segment", "cells, %",
                [
                    Series.Of("wrong", segments, segments.Select((_, i) => Over(i, each => each.Wrong))),
                    Series.Of("changed", segments, segments.Select((_, i) => Over(i, each => each.Changed))),
                    Series.Of("restored", segments, segments.Select((_, i) => Over(i, each => each.Restored))),
                ]);
            }
        }

        public Spread WrongAt(int segment) => Over(segment, each => each.Wrong);

        private Spread Over(int segment, Func<SegmentAverages, double> value) => Spread.Of(Models.Select(each => 100 * value(each.Segments[segment])));
    }
}
