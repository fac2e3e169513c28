namespace Hrm.Puzzles;

/// <summary>Why a grid is not what it should be.</summary>
public enum SudokuFaultKind
{
    /// <summary>Two cells of a row, column or box hold the same digit.</summary>
    Conflict,

    /// <summary>A cell of an answer is blank.</summary>
    Blank,

    /// <summary>A cell of an answer holds another digit than the given of its question.</summary>
    GivenChanged,
}

/// <summary>The first thing wrong with a grid.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Cell">The cell, row by row.</param>
/// <param name="OtherCell">The other cell of a conflict, else <see langword="null"/>.</param>
/// <param name="Message">The cells and digits in words.</param>
public sealed record SudokuFault(SudokuFaultKind Kind, int Cell, int? OtherCell, string Message);
