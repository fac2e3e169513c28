namespace Hrm.Puzzles;

/// <summary>What a cell of a printed board is, beside the question that it belongs to.</summary>
public enum SudokuCellKind
{
    /// <summary>No digit.</summary>
    Blank,

    /// <summary>A digit of the question.</summary>
    Given,

    /// <summary>A digit that was filled in, without an answer to compare it with.</summary>
    Filled,

    /// <summary>A digit that was filled in and agrees with the answer.</summary>
    Right,

    /// <summary>A digit that disagrees with the answer or replaces a given.</summary>
    Wrong,
}
