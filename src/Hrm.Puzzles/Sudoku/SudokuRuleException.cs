namespace Hrm.Puzzles;

/// <summary>A grid that breaks the rules of Sudoku where a valid one is needed; names the cells.</summary>
public sealed class SudokuRuleException : HrmException
{
    /// <summary>Creates the exception for a fault.</summary>
    /// <param name="fault">What is wrong with the grid.</param>
    public SudokuRuleException(SudokuFault fault)
        : base((fault ?? throw new ArgumentNullException(nameof(fault))).Message)
    {
        Fault = fault;
    }

    /// <summary>What is wrong with the grid.</summary>
    public SudokuFault Fault { get; }
}
