namespace Hrm.Puzzles;

/// <summary>What a check of an answer found.</summary>
/// <param name="Fault">The first fault, or <see langword="null"/> when the answer is a shortest path.</param>
public sealed record MazeVerdict(MazeFault? Fault)
{
    /// <summary>
    /// Whether the answer keeps walls, start and goal, and its path leads from start to goal with nothing left over, be it shortest or not.
    /// </summary>
    public bool IsValid => Fault is null or { Kind: MazeFaultKind.NotShortest };

    /// <summary>Whether the answer is valid and no path is shorter.</summary>
    public bool IsShortest => Fault is null;
}
