using Hrm.Core;

namespace Hrm.Training;

/// <summary>How the answer to one example forms, segment by segment.</summary>
/// <param name="Example">The number of the example.</param>
/// <param name="PuzzleId">The id of its puzzle.</param>
/// <param name="Inputs">The tokens of the question, seq_len.</param>
/// <param name="Labelled">The number of its tokens that have a label.</param>
/// <param name="Segments">The answer after each segment, in order; never empty.</param>
public sealed record ExampleSegments(int Example, int PuzzleId, int[] Inputs, int Labelled, IReadOnlyList<SegmentResult> Segments)
{
    /// <summary>The segment at which a policy would have stopped, and why: one pass over a dataset serves any number of policies.</summary>
    /// <param name="policy">The policy. It sees no time pass, so <see cref="TimeHalting"/> never stops early here.</param>
    /// <param name="maxSegments">The largest number of segments to look at. Default: all that were run.</param>
    /// <returns>The segment. If the policy stops at none, the last of them, with <see cref="HaltReason.Maximum"/>.</returns>
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
