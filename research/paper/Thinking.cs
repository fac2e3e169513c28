using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;

namespace Hrm.Paper;

/// <summary>How a model thinks about its test puzzles, segment by segment.</summary>
/// <param name="Puzzles">The number of puzzles.</param>
/// <param name="Segments">Averages after each segment.</param>
/// <param name="Rules">Where rules of halting stop, by their names.</param>
internal sealed record Thinking(int Puzzles, IReadOnlyList<SegmentAverages> Segments, IReadOnlyDictionary<string, Thinking.Stops> Rules)
{
    /// <summary>The rule that the model was trained with.</summary>
    public const string OwnRule = "own";

    /// <summary>q_halt as a probability of being right, at least 0.95.</summary>
    public const string ConfidenceRule = "confidence";

    private const double Confidence = 0.95;

    /// <summary>Lets a model think.</summary>
    /// <param name="model">The model.</param>
    /// <param name="settings">How it was trained.</param>
    /// <param name="test">The puzzles.</param>
    /// <param name="segments">How long.</param>
    /// <param name="cancellation">Stops it.</param>
    public static Thinking Of(HrmModel model, RunSettings settings, NamedDataset test, int segments, CancellationToken cancellation)
    {
        var maximum = settings.Trainer.Halting.MaxSegments;
        var rules = new Dictionary<string, HaltingStudy>
        {
            [OwnRule] = new(new QValueHalting(rule: settings.Trainer.Halting.Rule), maximum),
            [ConfidenceRule] = new(new ConfidenceHalting(Confidence), maximum),
        };
        var task = settings.Task == "sudoku" ? new SudokuTask(SudokuToolTask.ShapeOf(model.Config.SequenceLength)) : null;
        var answers = new AnswerStudy(segments);
        new Evaluator(model, segments, batchSize: settings.EvaluationBatchSize).Evaluate(
            test.Examples,
            example =>
            {
                answers.Add(example);
                var difficulty = DifficultyOf(example, task);
                foreach (var rule in rules.Values)
                {
                    rule.Add(example, difficulty);
                }
            },
            cancellationToken: cancellation);
        return new Thinking(answers.Examples, answers.Segments, rules.ToDictionary(rule => rule.Key, rule => Stops.Of(rule.Value)));
    }

    /// <summary>The share of puzzles that are solved after so many segments.</summary>
    public double ExactAfter(int segments) => Segments[segments - 1].Exact;

    /// <summary>The guesses that the exact search needs for a Sudoku; other tasks have no such measure here.</summary>
    private static int DifficultyOf(EvaluatedExample example, SudokuTask? task)
        => task is null ? 0 : SudokuSearch.CountGuesses(task.DecodeExample(example.Inputs));

    /// <summary>Where a rule stops.</summary>
    /// <param name="Mean">The mean number of segments.</param>
    /// <param name="Exact">The share of right answers.</param>
    /// <param name="Histogram">Puzzles by the number of segments, from 1.</param>
    /// <param name="ByDifficulty">Mean segments, share of right answers and number of puzzles by difficulty.</param>
    internal sealed record Stops(double Mean, double Exact, IReadOnlyList<int> Histogram, IReadOnlyList<Level> ByDifficulty)
    {
        public static Stops Of(HaltingStudy study) => new(
            study.All.MeanSegments,
            study.All.ExactAccuracy,
            [.. study.All.Histogram],
            [.. study.ByDifficulty.Select(level => new Level(level.Key, level.Value.Examples, level.Value.MeanSegments, level.Value.ExactAccuracy))]);
    }

    /// <summary>The puzzles of one difficulty.</summary>
    internal sealed record Level(int Difficulty, int Puzzles, double Mean, double Exact);
}

/// <summary>Puzzles as a model solves them.</summary>
/// <param name="All">The puzzles.</param>
internal sealed record FrameList(IReadOnlyList<SolveFrames> All)
{
    /// <summary>Lets a model solve puzzles, and keeps the answer after each segment.</summary>
    public static IEnumerable<SolveFrames> Of(HrmModel model, string task, string title, IEnumerable<(int[] Inputs, int[] Labels)> puzzles, int segments)
    {
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = segments, Rule = HaltingRule.Never });
        foreach (var (inputs, labels) in puzzles)
        {
            yield return new SolveFrames(task, title, inputs, labels, [.. solver.Trace(inputs).Select(answer => answer.Tokens)]);
        }
    }
}
