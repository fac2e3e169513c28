using Hrm.Core;
using Hrm.Training;

namespace Hrm.Paper;

/// <summary>The answers of a model to its test puzzles after each segment, and where halting rules stop, by their names.</summary>
internal sealed record SegmentEvaluation(int Puzzles, IReadOnlyList<SegmentAverages> Segments, IReadOnlyDictionary<string, HaltingResult> Rules)
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
    public static SegmentEvaluation Of(HrmModel model, RunSettings settings, NamedDataset test, int segments, CancellationToken cancellation)
    {
        var maximum = settings.Trainer.Halting.MaxSegments;
        var rules = new Dictionary<string, IHaltingPolicy>
        {
            [OwnRule] = new QValueHalting(rule: settings.Trainer.Halting.Rule),
            [ConfidenceRule] = new ConfidenceHalting(Confidence),
        };
        var results = rules.ToDictionary(rule => rule.Key, _ => (Exact: 0, Histogram: new int[maximum]));
        var (puzzles, sums) = (0, new SegmentAverages[segments]);
        new Evaluator(model, segments, batchSize: settings.EvaluationBatchSize).Observe(
            test.Examples,
            example =>
            {
                if (example.Labelled == 0)
                {
                    return;
                }

                puzzles++;
                for (var i = 0; i < segments; i++)
                {
                    sums[i] = sums[i].Plus(example.Segments[i], example.Labelled);
                }

                foreach (var (name, policy) in rules)
                {
                    var (exact, histogram) = results[name];
                    var stop = example.StopOf(policy, maximum).Segment;
                    histogram[stop.Segment - 1]++;
                    results[name] = (exact + (stop.IsExact ? 1 : 0), histogram);
                }
            },
            cancellationToken: cancellation);
        return new SegmentEvaluation(
            puzzles,
            [.. sums.Select(sum => sum.DividedBy(puzzles))],
            results.ToDictionary(result => result.Key, result => HaltingResult.Of(result.Value.Exact, result.Value.Histogram)));
    }

    /// <summary>The share of puzzles that are solved after a number of segments.</summary>
    public double ExactAfter(int segments) => Segments[segments - 1].Exact;
}

/// <summary>Where a rule stops: the mean number of segments, the share of exact answers, and the number of puzzles per number of segments, from 1.</summary>
internal sealed record HaltingResult(double Mean, double Exact, IReadOnlyList<int> Histogram)
{
    public static HaltingResult Of(int exact, int[] histogram)
    {
        var puzzles = histogram.Sum();
        var segments = histogram.Select((count, index) => (double)count * (index + 1)).Sum();
        return new HaltingResult(segments / puzzles, (double)exact / puzzles, histogram);
    }
}

/// <summary>The predictions of one segment, averaged over puzzles, each with the same weight.</summary>
/// <param name="Segment">The number of the segment, from 1.</param>
/// <param name="Exact">The share of puzzles whose labelled tokens are all right.</param>
/// <param name="Wrong">The mean share of labelled tokens that are wrong.</param>
/// <param name="Changed">The mean share of labelled tokens that differ from the segment before; 0 after the first.</param>
/// <param name="Restored">The mean share of labelled tokens that were wrong after the segment before and are right now; 0 after the first.</param>
internal readonly record struct SegmentAverages(int Segment, double Exact, double Wrong, double Changed, double Restored)
{
    public SegmentAverages Plus(SegmentResult result, double labelled) => new(
        result.Segment,
        Exact + (result.IsExact ? 1 : 0),
        Wrong + (result.Wrong / labelled),
        Changed + (result.Changed / labelled),
        Restored + (result.Restored / labelled));

    public SegmentAverages DividedBy(int puzzles) => new(Segment, Exact / puzzles, Wrong / puzzles, Changed / puzzles, Restored / puzzles);
}
