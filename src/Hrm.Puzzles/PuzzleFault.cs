namespace Hrm.Puzzles;

/// <summary>The first error of a grid or of an answer.</summary>
/// <param name="Message">The cells, their expected and their actual content in words.</param>
/// <param name="Cell">The cell, row by row; the goal for a maze whose path is missing or not a shortest one.</param>
/// <param name="OtherCell">The other cell of two equal Sudoku digits, otherwise <see langword="null"/>.</param>
public sealed record PuzzleFault(string Message, int Cell, int? OtherCell = null);
