namespace Hrm.Puzzles;

/// <summary>An answer that variants of a task voted for.</summary>
/// <param name="Grid">The answer, turned back; <see langword="null"/> where the predictions held no grid.</param>
/// <param name="Votes">The number of variants that gave it.</param>
/// <param name="Confidence">The mean over them of the sigmoid of their halting logits, 0 to 1.</param>
public sealed record ArcCandidate(ArcGrid? Grid, int Votes, double Confidence);
