namespace Hrm.Puzzles;

/// <summary>One row of a puzzle file, its columns not yet read as a puzzle.</summary>
internal readonly record struct PuzzleCsvRow(int Line, string Source, string Question, string Answer, double? Rating);
