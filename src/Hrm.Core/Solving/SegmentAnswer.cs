namespace Hrm.Core;

/// <summary>What a model thinks after one segment.</summary>
/// <param name="Segment">The number of the segment, from 1.</param>
/// <param name="Tokens">The likeliest token at each place, seq_len.</param>
/// <param name="QHalt">The Q value of halting, before the sigmoid.</param>
/// <param name="QContinue">The Q value of going on, before the sigmoid.</param>
/// <param name="IsFinal">Whether the halting policy stopped here.</param>
public sealed record SegmentAnswer(int Segment, IReadOnlyList<int> Tokens, float QHalt, float QContinue, bool IsFinal);
