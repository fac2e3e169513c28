namespace Hrm.Core;

/// <summary>What a halting policy sees of one puzzle after a segment.</summary>
/// <param name="Segments">Segments run, this one included; at least 1.</param>
/// <param name="QHalt">The Q value of halting, before the sigmoid.</param>
/// <param name="QContinue">The Q value of going on, before the sigmoid.</param>
/// <param name="UnchangedSegments">For how many segments the answer has stayed the same: 0 after the first, and after each that changed it.</param>
/// <param name="Elapsed">The time since the puzzle's first segment began.</param>
public readonly record struct SegmentState(int Segments, float QHalt, float QContinue, int UnchangedSegments = 0, TimeSpan Elapsed = default);
