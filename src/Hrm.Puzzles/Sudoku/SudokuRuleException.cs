namespace Hrm.Puzzles;

/// <summary>Thrown if a grid breaks the rules of Sudoku; names the cells.</summary>
public sealed class SudokuRuleException : HrmException
{
    /// <summary>Creates the exception for a fault.</summary>
    /// <param name="fault">The error of the grid.</param>
    public SudokuRuleException(PuzzleFault fault)
        : base((fault ?? throw new ArgumentNullException(nameof(fault))).Message)
    {
        Fault = fault;
    }

    /// <summary>The error of the grid.</summary>
    public PuzzleFault Fault { get; }
}
