namespace Hrm.Training;

/// <summary>An example of a dataset with the model's answer to it, segment by segment.</summary>
public sealed class EvaluatedExample
{
    internal EvaluatedExample(int example, int puzzleId, int[] inputs, int[] answer, int labelled, IReadOnlyList<SegmentResult> segments)
    {
        (Example, PuzzleId) = (example, puzzleId);
        (Inputs, Answer, Labelled, Segments) = (inputs, answer, labelled, segments);
    }

    /// <summary>The index of the example in its dataset.</summary>
    public int Example { get; }

    /// <summary>The id of its puzzle.</summary>
    public int PuzzleId { get; }

    /// <summary>The input tokens, seq_len.</summary>
    public int[] Inputs { get; }

    /// <summary>The likeliest token per position after the last segment, seq_len.</summary>
    public int[] Answer { get; }

    /// <summary>The number of tokens that have a label.</summary>
    public int Labelled { get; }

    /// <summary>The prediction of each segment that was run, in order; never empty.</summary>
    public IReadOnlyList<SegmentResult> Segments { get; }

    /// <summary>True if every labelled token of the answer is right, and for an example without labels.</summary>
    public bool IsExact => Segments[^1].IsExact;

    /// <summary>
    /// The segment at which a policy would have stopped, and its reason. After one evaluation without a policy, any number of
    /// policies can be compared.
    /// </summary>
    /// <param name="policy">The policy. The elapsed time is 0, so <see cref="TimeHalting"/> never stops early here.</param>
    /// <param name="maxSegments">The largest number of segments to look at; all that were run by default.</param>
    /// <returns>The segment; if the policy would have continued, the last one, with <see cref="HaltReason.Maximum"/>.</returns>
    public (SegmentResult Segment, HaltReason Reason) StopOf(IHaltingPolicy policy, int maxSegments = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxSegments);
        foreach (var segment in Segments.Take(maxSegments))
        {
            var reason = policy.Decide(new SegmentState(segment.Segment, segment.QHalt, segment.QContinue, segment.UnchangedSegments));
            if (reason != HaltReason.None)
            {
                return (segment, reason);
            }
        }

        return (Segments[Math.Min(maxSegments, Segments.Count) - 1], HaltReason.Maximum);
    }
}

/// <summary>The prediction of one segment for one example, compared with its labels and with the segment before.</summary>
/// <param name="Segment">The number of the segment, from 1.</param>
/// <param name="Wrong">The number of labelled tokens that are wrong.</param>
/// <param name="Changed">The number of labelled tokens that differ from the segment before; 0 after the first segment.</param>
/// <param name="Restored">The number of tokens that were wrong after the segment before and are right now; 0 after the first segment.</param>
/// <param name="QHalt">The Q value of halting, before the sigmoid.</param>
/// <param name="QContinue">The Q value of continuing, before the sigmoid.</param>
/// <param name="UnchangedSegments">The number of segments for which all tokens, labelled or not, have stayed the same.</param>
public readonly record struct SegmentResult(
    int Segment,
    int Wrong,
    int Changed,
    int Restored,
    float QHalt,
    float QContinue,
    int UnchangedSegments)
{
    /// <summary>True if every labelled token is right, and for an example without labels.</summary>
    public bool IsExact => Wrong == 0;
}
