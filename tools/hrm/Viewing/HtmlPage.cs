using System.Globalization;
using System.Net;
using System.Text;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Writes puzzles as one self-contained HTML page.</summary>
internal static class HtmlPage
{
    internal const string Style = """
        body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color: #222; background: #fafafa; }
        h2 { font-size: 1rem; margin: 2rem 0 .5rem; }
        .grids { display: flex; flex-wrap: wrap; gap: 1.5rem; }
        figure { margin: 0; }
        figcaption { color: #666; font-size: .85rem; }
        table { border-collapse: collapse; font: bold 12px/1 ui-monospace, monospace; }
        td { width: 1.3em; height: 1.3em; padding: 0; text-align: center; border: 1px solid #ccc; }
        td.box-left { border-left: 2px solid #444; }
        td.box-top { border-top: 2px solid #444; }
        """;

    /// <summary>Writes the page.</summary>
    public static void Write(string path, string title, IEnumerable<PuzzleView> puzzles)
        => WholeFiles.Write(File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path, ToHtml(title, puzzles));

    private static string ToHtml(string title, IEnumerable<PuzzleView> puzzles)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{Encode(title)}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n<h1>{Encode(title)}</h1>\n");
        foreach (var puzzle in puzzles)
        {
            page.Append(CultureInfo.InvariantCulture, $"<h2>{Encode(puzzle.Title)}</h2>\n<div class=\"grids\">\n");
            foreach (var grid in puzzle.Grids)
            {
                AppendGrid(page, grid);
            }

            page.Append("</div>\n");
        }

        return page.Append("</body>\n</html>\n").ToString();
    }

    /// <summary>Appends a grid as a figure.</summary>
    internal static void AppendGrid(StringBuilder page, GridView grid, string? cssClass = null)
    {
        var figure = cssClass is null ? "<figure>" : $"<figure class=\"{cssClass}\">";
        page.Append(CultureInfo.InvariantCulture, $"{figure}\n<figcaption>{Encode(grid.Title)}</figcaption>\n<table>\n");
        for (var row = 0; row < grid.Rows; row++)
        {
            page.Append("<tr>");
            for (var column = 0; column < grid.Columns; column++)
            {
                AppendCell(page, grid[row, column], ClassOf(grid, row, column));
            }

            page.Append("</tr>\n");
        }

        page.Append("</table>\n</figure>\n");
    }

    private static void AppendCell(StringBuilder page, CellView cell, string boxClass)
    {
        var background = cell.Background is { } colour ? $";background:#{colour.ToHex()}" : string.Empty;
        page.Append(CultureInfo.InvariantCulture, $"<td{boxClass} style=\"color:#{cell.Foreground.ToHex()}{background}\">{Encode(cell.Text.Trim())}</td>");
    }

    private static string ClassOf(GridView grid, int row, int column)
    {
        return (grid.StartsBoxRow(row), grid.StartsBoxColumn(column)) switch
        {
            (true, true) => " class=\"box-top box-left\"",
            (true, false) => " class=\"box-top\"",
            (false, true) => " class=\"box-left\"",
            _ => string.Empty,
        };
    }

    internal static string Encode(string text) => WebUtility.HtmlEncode(text);
}
