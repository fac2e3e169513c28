namespace Hrm.Puzzles;

/// <summary>How far a generation has come.</summary>
/// <param name="Mazes">The mazes made so far.</param>
/// <param name="Layouts">The layouts drawn for them so far.</param>
public readonly record struct MazeGeneratorProgress(int Mazes, long Layouts);
