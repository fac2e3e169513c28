namespace Hrm.Paper;

/// <summary>How one puzzle is solved, a frame a segment.</summary>
/// <param name="Task">The task.</param>
/// <param name="Title">What it is.</param>
/// <param name="Inputs">The tokens of the question.</param>
/// <param name="Labels">The tokens of the solution.</param>
/// <param name="Answers">The tokens of the answer after each segment.</param>
internal sealed record SolveFrames(string Task, string Title, int[] Inputs, int[] Labels, IReadOnlyList<int[]> Answers);
