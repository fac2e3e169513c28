using System.Text;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Puzzles in colour in the terminal.</summary>
internal static class ConsolePage
{
    // Grids stay side by side, and readable, in output that is not a terminal.
    private const int PageWidth = 80;

    public static void Write(IAnsiConsole console, IEnumerable<PuzzleView> puzzles)
    {
        foreach (var puzzle in puzzles)
        {
            console.MarkupLineInterpolated($"[bold]{puzzle.Title}[/]");
            var grids = new Columns(puzzle.Grids.Select(grid => new Panel(Markup(grid)).Header(grid.Title.EscapeMarkup()).RoundedBorder())) { Expand = false };
            console.Write(new Panel(grids)
            {
                Border = BoxBorder.None,
                Padding = new Padding(0),
                Width = console.Profile.Width == CommandLine.UnboundedWidth ? PageWidth : console.Profile.Width,
            });
        }
    }

    private static Markup Markup(GridView grid)
    {
        var text = new StringBuilder();
        for (var row = 0; row < grid.Rows; row++)
        {
            var isBoxStartRow = row > 0 && grid.BoxRows > 0 && row % grid.BoxRows == 0;
            text.Append(row == 0 ? string.Empty : isBoxStartRow ? "\n\n" : "\n");

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
