using System.Text;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Puzzles in colour in the terminal.</summary>
internal static class ConsolePage
{
    public static void Write(IAnsiConsole console, IEnumerable<PuzzleView> puzzles)
    {
        foreach (var puzzle in puzzles)
        {
            console.MarkupLineInterpolated($"[bold]{puzzle.Title}[/]");
            console.Write(CommandLine.Beside(console, puzzle.Grids.Select(grid => new Panel(Markup(grid)).Header(grid.Title.EscapeMarkup()).RoundedBorder())));
        }
    }

    private static Markup Markup(GridView grid)
    {
        var text = new StringBuilder();
        for (var row = 0; row < grid.Rows; row++)
        {
            if (row > 0)
            {
                text.Append('\n');
            }

            if (row > 0 && grid.BoxRows > 0 && row % grid.BoxRows == 0)
            {
                text.Append('\n');
            }

            for (var column = 0; column < grid.Columns; column++)
            {
                var isBoxStart = column > 0 && grid.BoxColumns > 0 && column % grid.BoxColumns == 0;
                text.Append(isBoxStart ? "  " : string.Empty).Append(Markup(grid[row, column]));
            }
        }

        return new Markup(text.ToString());
    }

    /// <summary>Two characters wide, so that a cell is about as wide as it is high.</summary>
    private static string Markup(CellView cell)
    {
        var colours = cell.Background is { } background ? $"{cell.Foreground.ToMarkup()} on {background.ToMarkup()}" : cell.Foreground.ToMarkup();
        return $"[{colours}]{cell.Text.PadRight(2).EscapeMarkup()}[/]";
    }
}
