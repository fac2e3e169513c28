namespace Hrm.Puzzles;

/// <summary>
/// A question with the answer that solves it. The constructor checks that it does, so a puzzle at hand is a valid one;
/// that there is no second answer is <see cref="SudokuSearch"/>'s to tell.
/// </summary>
public sealed record SudokuPuzzle
{
    /// <summary>Creates a puzzle.</summary>
    /// <param name="question">The givens.</param>
    /// <param name="answer">The solved grid.</param>
    /// <param name="source">The list that the puzzle comes from, or nothing.</param>
    /// <param name="rating">How hard it is, in the measure of its source.</param>
    /// <param name="line">The line of the file that it was read from, counted from 1.</param>
    /// <exception cref="SudokuRuleException">Givens in conflict, or an answer that does not solve the question; names the cells.</exception>
    /// <exception cref="ArgumentException">The grids differ in shape.</exception>
    public SudokuPuzzle(SudokuGrid question, SudokuGrid answer, string source = "", double? rating = null, int? line = null)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentNullException.ThrowIfNull(source);
        if (question.FindFault(answer) is { } fault)
        {
            throw new SudokuRuleException(question.FindConflict() ?? fault);
        }

        Question = question;
        Answer = answer;
        Source = source;
        Rating = rating;
        Line = line;
    }

    /// <summary>The givens.</summary>
    public SudokuGrid Question { get; }

    /// <summary>The solved grid.</summary>
    public SudokuGrid Answer { get; }

    /// <summary>The list that the puzzle comes from, or nothing.</summary>
    public string Source { get; }

    /// <summary>
    /// How hard the puzzle is; in the paper's files the number of guesses that the tdoku solver makes, which depends on
    /// the orientation of the grid, so a symmetric puzzle has another one.
    /// </summary>
    public double? Rating { get; }

    /// <summary>The line of the file that the puzzle was read from, counted from 1.</summary>
    public int? Line { get; }

    /// <summary>The shape of both grids.</summary>
    public SudokuShape Shape => Question.Shape;
}
