namespace Hrm.Puzzles;

/// <summary>A grid and where it lies on the canvas.</summary>
/// <param name="Grid">The grid.</param>
/// <param name="Row">The canvas row of its first row.</param>
/// <param name="Column">The canvas column of its first column.</param>
public sealed record ArcPlacement(ArcGrid Grid, int Row, int Column);
