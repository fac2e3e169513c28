using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;

namespace Hrm.Paper;

/// <summary>The answers of a model to its test puzzles after each segment, and where halting rules stop, by their names.</summary>
internal sealed record Thinking(int Puzzles, IReadOnlyList<SegmentAverages> Segments, IReadOnlyDictionary<string, Thinking.Stops> Rules)
{
    /// <summary>The rule that the model was trained with.</summary>
    public const string OwnRule = "own";

    /// <summary>q_halt as a probability of being right, at least 0.95.</summary>
    public const string ConfidenceRule = "confidence";

    private const double Confidence = 0.95;

    /// <summary>Evaluates a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="settings">The settings of its training.</param>
    /// <param name="test">The puzzles.</param>
    /// <param name="segments">The number of segments.</param>
    /// <param name="cancellation">Cancels the evaluation.</param>
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

                // The guesses of the exact search; other tasks have no such measure here.
                var difficulty = task is null ? 0 : SudokuSearch.CountGuesses(task.DecodeExample(example.Inputs));
                foreach (var rule in rules.Values)
                {
                    rule.Add(example, difficulty);
                }
            },
            cancellationToken: cancellation);
        return new Thinking(answers.Examples, answers.Segments, rules.ToDictionary(rule => rule.Key, rule => Stops.Of(rule.Value)));
    }

    /// <summary>The share of puzzles that are solved after a number of segments.</summary>
    public double ExactAfter(int segments) => Segments[segments - 1].Exact;

    /// <summary>Where a rule stops: the mean number of segments, the share of exact answers, and the number of puzzles per number of segments, from 1.</summary>
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
