namespace Hrm.Core;

/// <summary>What a model thinks after one segment.</summary>
/// <param name="Segment">The number of the segment, from 1.</param>
/// <param name="Tokens">The likeliest token at each place, seq_len.</param>
/// <param name="QHalt">The Q value of halting, before the sigmoid.</param>
/// <param name="QContinue">The Q value of going on, before the sigmoid.</param>
/// <param name="HighResidual">‖zH' − zH‖ / ‖zH‖: how far the segment moved the state of the slow module from where it began.</param>
/// <param name="LowResidual">‖zL' − zL‖ / ‖zL‖: the same of the fast module.</param>
/// <param name="Reason">Why the thinking ended here; none where it went on.</param>
public sealed record SegmentAnswer(
    int Segment,
    int[] Tokens,
    float QHalt,
    float QContinue,
    float HighResidual,
    float LowResidual,
    HaltReason Reason)
{
    /// <summary>Whether the halting policy stopped here.</summary>
    public bool IsFinal => Reason != HaltReason.None;
}
