namespace Hrm.Core;

/// <summary>What a solver has done since it was made, and what it is doing.</summary>
/// <param name="Solved">Puzzles that got their answer.</param>
/// <param name="Segments">Segments run.</param>
/// <param name="RowSegments">Segments run, each counted as often as it had puzzles: what was computed.</param>
/// <param name="Running">Puzzles in the running batch.</param>
/// <param name="Waiting">Puzzles in the queue.</param>
public readonly record struct SolverStatistics(long Solved, long Segments, long RowSegments, int Running, int Waiting);
