namespace Hrm.Training;

/// <summary>The answers after one segment, on average over the examples of an <see cref="AnswerStudy"/>; NaN without examples.</summary>
/// <param name="Segment">The number of the segment, from 1.</param>
/// <param name="Exact">The share of the examples whose every labelled token is right.</param>
/// <param name="Wrong">The mean over the examples of the share of labelled tokens that are wrong.</param>
/// <param name="Changed">The same of those that differ from the answer before; 0 after the first segment.</param>
/// <param name="Restored">The same of those that were wrong after the segment before and are right now; 0 after the first segment.</param>
public readonly record struct SegmentAverages(int Segment, double Exact, double Wrong, double Changed, double Restored);
