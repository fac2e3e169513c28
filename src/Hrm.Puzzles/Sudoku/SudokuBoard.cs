using System.Text;

namespace Hrm.Puzzles;

/// <summary>Prints grids as boards, with lines around the boxes; lines end in LF.</summary>
public static class SudokuBoard
{
    /// <summary>Prints a grid.</summary>
    /// <param name="grid">The grid; a blank is a full stop.</param>
    /// <returns>The board, without a line break at its end.</returns>
    public static string Format(SudokuGrid grid)
    {
        ArgumentNullException.ThrowIfNull(grid);
        return Format(grid.Shape, cell => grid.Shape.SymbolOf(grid[cell]).ToString());
    }

    /// <summary>Prints a grid with each cell in the style of its kind.</summary>
    /// <param name="grid">The grid, for example an answer in the making.</param>
    /// <param name="givens">The question.</param>
    /// <param name="style">Decorates a symbol, for example with colour; must not change its printed width.</param>
    /// <param name="answer">The answer, if filled cells are to be told right from wrong.</param>
    /// <returns>The board, without a line break at its end.</returns>
    /// <exception cref="ArgumentException">Grids of different shapes.</exception>
    public static string Format(SudokuGrid grid, SudokuGrid givens, Func<string, SudokuCellKind, string> style, SudokuGrid? answer = null)
    {
        ArgumentNullException.ThrowIfNull(style);
        var kinds = Kinds(grid, givens, answer);
        return Format(grid.Shape, cell => style(grid.Shape.SymbolOf(grid[cell]).ToString(), kinds[cell]));
    }

    /// <summary>What each cell is beside its question and, if there is one, its answer.</summary>
    /// <param name="grid">The grid, for example an answer in the making.</param>
    /// <param name="givens">The question.</param>
    /// <param name="answer">The answer, if filled cells are to be told right from wrong.</param>
    /// <returns>One kind a cell, row by row.</returns>
    /// <exception cref="ArgumentException">Grids of different shapes.</exception>
    public static SudokuCellKind[] Kinds(SudokuGrid grid, SudokuGrid givens, SudokuGrid? answer = null)
    {
        ArgumentNullException.ThrowIfNull(grid);
        ArgumentNullException.ThrowIfNull(givens);
        if (!givens.Shape.Equals(grid.Shape) || !(answer ?? givens).Shape.Equals(grid.Shape))
        {
            throw new ArgumentException($"givens, answer: expected {grid.Shape}, got {givens.Shape} and {(answer ?? givens).Shape}", nameof(givens));
        }

        var kinds = new SudokuCellKind[grid.Shape.Cells];
        for (var cell = 0; cell < kinds.Length; cell++)
        {
            kinds[cell] = KindOf(grid[cell], givens[cell], answer?[cell]);
        }

        return kinds;
    }

    private static SudokuCellKind KindOf(int digit, int given, int? right) => (digit, given) switch
    {
        (_, not 0) => digit == given ? SudokuCellKind.Given : SudokuCellKind.Wrong,
        (0, _) => SudokuCellKind.Blank,
        _ when right is null => SudokuCellKind.Filled,
        _ => digit == right ? SudokuCellKind.Right : SudokuCellKind.Wrong,
    };

    private static string Format(SudokuShape shape, Func<int, string> symbol)
    {
        var line = string.Concat(Enumerable.Repeat("+" + new string('-', (2 * shape.BoxColumns) + 1), shape.Side / shape.BoxColumns)) + "+";
        var board = new StringBuilder();
        for (var row = 0; row < shape.Side; row++)
        {
            if (row % shape.BoxRows == 0)
            {
                board.Append(line).Append('\n');
            }

            for (var column = 0; column < shape.Side; column++)
            {
                board.Append(column % shape.BoxColumns == 0 ? "| " : string.Empty).Append(symbol((row * shape.Side) + column)).Append(' ');
            }

            board.Append("|\n");
        }

        return board.Append(line).ToString();
    }
}
