using System.Text;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Shows puzzles in colour in the terminal.</summary>
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
            text.Append(row == 0 ? string.Empty : grid.StartsBoxRow(row) ? "\n\n" : "\n");

            for (var column = 0; column < grid.Columns; column++)
            {
                text.Append(grid.StartsBoxColumn(column) ? "  " : string.Empty).Append(Markup(grid[row, column]));
            }
        }

        return new Markup(text.ToString());
    }

    /// <summary>Makes a cell two characters wide, so that it is about as wide as high.</summary>
    private static string Markup(CellView cell)
    {
        var colours = cell.Background is { } background ? $"{cell.Foreground.ToMarkup()} on {background.ToMarkup()}" : cell.Foreground.ToMarkup();
        return $"[{colours}]{cell.Text.PadRight(2).EscapeMarkup()}[/]";
    }
}
