namespace Hrm.Training;

/// <summary>What was written of a split, and its largest puzzle id with the puzzle that has it.</summary>
internal readonly record struct SplitCounts(int Groups, int Puzzles, int Examples, int LargestId, int LargestIdPuzzle);
