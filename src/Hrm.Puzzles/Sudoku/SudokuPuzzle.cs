namespace Hrm.Puzzles;

/// <summary>
/// A question with an answer that solves it, as the constructor verifies. <see cref="SudokuSearch.CountSolutions"/> decides
/// whether it is the only answer.
/// </summary>
public sealed record SudokuPuzzle
{
    /// <summary>Creates a puzzle.</summary>
    /// <param name="question">The givens.</param>
    /// <param name="answer">The solved grid.</param>
    /// <param name="source">The list that the puzzle comes from, or an empty string.</param>
    /// <param name="rating">The difficulty, in the unit of its source.</param>
    /// <param name="line">The line of its file, from 1.</param>
    /// <exception cref="HrmFormatException">Conflicting givens, or an answer that does not solve the question; names the cells.</exception>
    /// <exception cref="ArgumentException">The grids differ in shape.</exception>
    public SudokuPuzzle(SudokuGrid question, SudokuGrid answer, string source = "", double? rating = null, int? line = null)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentNullException.ThrowIfNull(source);
        if (question.FindFault(answer) is { } fault)
        {
            throw question.FindConflict()?.OfQuestion() ?? fault.OfAnswer();
        }

        (Question, Answer, Source, Rating, Line) = (question, answer, source, rating, line);
    }

    /// <summary>The givens.</summary>
    public SudokuGrid Question { get; }

    /// <summary>The solved grid.</summary>
    public SudokuGrid Answer { get; }

    /// <summary>The list that the puzzle comes from, or an empty string.</summary>
    public string Source { get; }

    /// <summary>
    /// The difficulty; in the paper's files the number of guesses of the tdoku solver. It depends on the orientation of the grid, so
    /// a symmetric puzzle has another rating.
    /// </summary>
    public double? Rating { get; }

    /// <summary>The line of the file that the puzzle was read from, from 1.</summary>
    public int? Line { get; }
}
