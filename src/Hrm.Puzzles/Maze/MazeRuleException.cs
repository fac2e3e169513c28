namespace Hrm.Puzzles;

/// <summary>An answer that does not solve its maze; names the cell.</summary>
public sealed class MazeRuleException : HrmException
{
    /// <summary>Creates the exception for a fault.</summary>
    /// <param name="fault">The error of the answer.</param>
    public MazeRuleException(PuzzleFault fault)
        : base((fault ?? throw new ArgumentNullException(nameof(fault))).Message)
    {
        Fault = fault;
    }

    /// <summary>The error of the answer.</summary>
    public PuzzleFault Fault { get; }
}
