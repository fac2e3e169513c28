namespace Hrm.Puzzles;

/// <summary>An answer that does not solve its maze where one is needed that does; names the cell.</summary>
public sealed class MazeRuleException : HrmException
{
    /// <summary>Creates the exception for a fault.</summary>
    /// <param name="fault">What is wrong with the answer.</param>
    public MazeRuleException(MazeFault fault)
        : base((fault ?? throw new ArgumentNullException(nameof(fault))).Message)
    {
        Fault = fault;
    }

    /// <summary>What is wrong with the answer.</summary>
    public MazeFault Fault { get; }
}
