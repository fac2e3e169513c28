namespace Hrm.Puzzles;

/// <summary>Tells whether an answer solves a question, without knowing the answer beforehand.</summary>
public static class SudokuChecker
{
    /// <summary>Whether the answer is complete, keeps the rules and keeps every given.</summary>
    /// <param name="question">The givens.</param>
    /// <param name="answer">The proposed solution.</param>
    public static bool IsSolution(SudokuGrid question, SudokuGrid answer) => FindFault(question, answer) is null;

    /// <summary>The first reason why the answer does not solve the question.</summary>
    /// <param name="question">The givens.</param>
    /// <param name="answer">The proposed solution.</param>
    /// <returns>A changed given, else a blank, else a conflict; <see langword="null"/> when the answer solves the question.</returns>
    /// <exception cref="ArgumentException">The grids differ in shape.</exception>
    public static SudokuFault? FindFault(SudokuGrid question, SudokuGrid answer)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(answer);
        var shape = question.Shape;
        if (!shape.Equals(answer.Shape))
        {
            throw new ArgumentException($"answer: expected a grid of {shape}, got {answer.Shape}", nameof(answer));
        }

        for (var cell = 0; cell < shape.Cells; cell++)
        {
            if (question[cell] != 0 && question[cell] != answer[cell])
            {
                return new SudokuFault(SudokuFaultKind.GivenChanged, cell, null,
                    $"expected the given {shape.SymbolOf(question[cell])} in {shape.NameOf(cell)}, got {shape.SymbolOf(answer[cell])}");
            }
        }

        var blank = answer.Digits.IndexOf((byte)0);
        return blank >= 0
            ? new SudokuFault(SudokuFaultKind.Blank, blank, null, $"expected a digit in {shape.NameOf(blank)}, got a blank")
            : answer.FindConflict();
    }
}
