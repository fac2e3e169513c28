namespace Hrm.Puzzles;

/// <summary>What a puzzle's difficulty is measured by.</summary>
public enum SudokuDifficulty
{
    /// <summary><see cref="SudokuPuzzle.Rating"/>, as its file says: the authors' choice.</summary>
    Rating,

    /// <summary><see cref="SudokuSearcher.CountGuesses"/>, for puzzles without a rating.</summary>
    Guesses,
}
