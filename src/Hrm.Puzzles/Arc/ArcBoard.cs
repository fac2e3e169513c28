using System.Text;

namespace Hrm.Puzzles;

/// <summary>Prints grids; lines end in LF.</summary>
public static class ArcBoard
{
    /// <summary>Prints a grid, two characters a cell: a digit and a space.</summary>
    /// <param name="grid">The grid.</param>
    /// <param name="style">
    /// Decorates the two characters of a cell of a colour, for example with <see cref="ArcPalette"/>'s as background; must not
    /// change their printed width. None by default.
    /// </param>
    /// <returns>The board, without a line break at its end.</returns>
    public static string Format(ArcGrid grid, Func<string, int, string>? style = null)
    {
        ArgumentNullException.ThrowIfNull(grid);
        var board = new StringBuilder();
        for (var row = 0; row < grid.Rows; row++)
        {
            board.Append(row == 0 ? string.Empty : "\n");
            for (var column = 0; column < grid.Columns; column++)
            {
                var colour = grid[row, column];
                var cell = FormattableString.Invariant($"{colour} ");
                board.Append(style is null ? cell : style(cell, colour));
            }
        }

        return board.ToString();
    }
}
