namespace Hrm.Puzzles;

/// <summary>A training and a test puzzle whose solutions a <see cref="SudokuSymmetry"/> takes into each other.</summary>
/// <param name="Training">The training puzzle.</param>
/// <param name="Test">The test puzzle.</param>
public sealed record SudokuEquivalentPair(SudokuPuzzle Training, SudokuPuzzle Test);
