namespace Hrm.Puzzles.Tests;

/// <summary>Reference for the search: solves 4×4 puzzles without propagation.</summary>
internal static class BruteForce
{
    public static int CountSolutions(SudokuGrid question)
    {
        var digits = question.Digits.ToArray();
        return Count(question.Shape, digits, 0);
    }

    private static int Count(SudokuShape shape, byte[] digits, int cell)
    {
        if (cell == digits.Length)
        {
            return SudokuGrid.FromDigits(digits, shape).IsSolved ? 1 : 0;
        }

        if (digits[cell] != 0)
        {
            return Count(shape, digits, cell + 1);
        }

        var found = 0;
        for (digits[cell] = 1; digits[cell] <= shape.Side; digits[cell]++)
        {
            if (SudokuGrid.FromDigits(digits, shape).FindConflict() is null)
            {
                found += Count(shape, digits, cell + 1);
            }
        }

        digits[cell] = 0;
        return found;
    }
}
