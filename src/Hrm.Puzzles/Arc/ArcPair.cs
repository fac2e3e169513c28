namespace Hrm.Puzzles;

/// <summary>An input grid of an ARC task with the output that the task's rule makes of it.</summary>
/// <param name="Input">The input.</param>
/// <param name="Output">The output; <see langword="null"/> where a competition keeps it to itself.</param>
public sealed record ArcPair(ArcGrid Input, ArcGrid? Output);
