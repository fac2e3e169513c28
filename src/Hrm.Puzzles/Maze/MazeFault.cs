namespace Hrm.Puzzles;

/// <summary>Why an answer does not solve its maze.</summary>
public enum MazeFaultKind
{
    /// <summary>A wall, the start or the goal is gone, or a cell that was free became something else than path.</summary>
    CellChanged,

    /// <summary>The path from the start ends before the goal.</summary>
    DeadEnd,

    /// <summary>The path has more than one way to go on, or goes on at the goal.</summary>
    Branch,

    /// <summary>A cell of path that the path from start to goal does not touch.</summary>
    Stray,

    /// <summary>A path from start to goal, but not a shortest one.</summary>
    NotShortest,

    /// <summary>The maze itself has no path from start to goal.</summary>
    GoalUnreachable,
}

/// <summary>The first thing wrong with an answer.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Cell">
/// The cell, row by row; the goal for <see cref="MazeFaultKind.NotShortest"/> and <see cref="MazeFaultKind.GoalUnreachable"/>.
/// </param>
/// <param name="Message">The cell and what it should hold, in words.</param>
public sealed record MazeFault(MazeFaultKind Kind, int Cell, string Message);
