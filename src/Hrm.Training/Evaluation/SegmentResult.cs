namespace Hrm.Training;

/// <summary>The answer to one example after one segment, compared with its labels and with the segment before.</summary>
/// <param name="Segment">The number of the segment, from 1.</param>
/// <param name="Wrong">The number of labelled tokens that are wrong.</param>
/// <param name="Changed">The number of labelled tokens that differ from the answer before; 0 after the first segment.</param>
/// <param name="Restored">The number of tokens that were wrong after the segment before and are right now; 0 after the first segment.</param>
/// <param name="QHalt">The Q value of halting, before the sigmoid.</param>
/// <param name="QContinue">The Q value of going on, before the sigmoid.</param>
/// <param name="UnchangedSegments">For how many segments the answer has stayed the same at every token, labelled or not.</param>
public readonly record struct SegmentResult(
    int Segment,
    int Wrong,
    int Changed,
    int Restored,
    float QHalt,
    float QContinue,
    int UnchangedSegments)
{
    /// <summary>Whether every labelled token is right; true for an example without any.</summary>
    public bool IsExact => Wrong == 0;
}
