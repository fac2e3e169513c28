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
    /// <returns>The segment; where the policy would have gone on, the last that was run, with <see cref="HaltReason.Maximum"/>.</returns>
    public (SegmentResult Segment, HaltReason Reason) StopOf(IHaltingPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var last = Segments[Math.Min(policy.MaxSegments, Segments.Count) - 1];
        foreach (var segment in Segments)
        {
            var reason = policy.Decide(new SegmentState(segment.Segment, segment.QHalt, segment.QContinue, segment.UnchangedSegments));
            if (reason != HaltReason.None)
            {
                return (segment, reason);
            }

            if (segment.Segment >= policy.MaxSegments)
            {
                break; // A policy of somebody's own may forget its maximum.
            }
        }

        return (last, HaltReason.Maximum);
    }
}
