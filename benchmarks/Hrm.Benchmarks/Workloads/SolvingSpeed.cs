namespace Hrm.Benchmarks.Workloads;

/// <summary>How fast and how well puzzles are solved.</summary>
/// <param name="PuzzlesASecond">Puzzles a second, by the median round.</param>
/// <param name="Accuracy">The share whose every token is right.</param>
internal readonly record struct SolvingSpeed(double PuzzlesASecond, double Accuracy);
