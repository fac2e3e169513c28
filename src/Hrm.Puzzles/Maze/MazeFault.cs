namespace Hrm.Puzzles;

/// <summary>Reason why an answer does not solve its maze.</summary>
public enum MazeFaultKind
{
    /// <summary>A wall, the start or the goal is missing, or a free cell is neither free nor path.</summary>
    CellChanged,

    /// <summary>The path from the start ends before the goal.</summary>
    DeadEnd,

    /// <summary>The path branches, or continues at the goal.</summary>
    Branch,

    /// <summary>A path cell that is not connected to the path from start to goal.</summary>
    Stray,

    /// <summary>A path from start to goal, but not a shortest one.</summary>
    NotShortest,

    /// <summary>The maze has no path from start to goal.</summary>
    GoalUnreachable,
}

/// <summary>The first error of an answer.</summary>
/// <param name="Kind">The reason.</param>
/// <param name="Cell">
/// The cell, row by row; the goal for <see cref="MazeFaultKind.NotShortest"/> and <see cref="MazeFaultKind.GoalUnreachable"/>.
/// </param>
/// <param name="Message">The cell and its expected content in words.</param>
public sealed record MazeFault(MazeFaultKind Kind, int Cell, string Message)
{
    /// <summary>Whether the answer is a path from start to goal, though not a shortest one.</summary>
    public bool IsPath => Kind == MazeFaultKind.NotShortest;
}

/// <summary>An answer that does not solve its maze; names the cell.</summary>
public sealed class MazeRuleException : HrmException
{
    /// <summary>Creates the exception for a fault.</summary>
    /// <param name="fault">The error of the answer.</param>
    public MazeRuleException(MazeFault fault)
        : base((fault ?? throw new ArgumentNullException(nameof(fault))).Message)
    {
        Fault = fault;
    }

    /// <summary>The error of the answer.</summary>
    public MazeFault Fault { get; }
}
