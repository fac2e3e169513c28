using Spectre.Console;

namespace Hrm.Tool;

/// <summary>A puzzle as it is shown: its grids side by side.</summary>
/// <param name="Title">Its name.</param>
/// <param name="Grids">Question and answer.</param>
internal sealed record PuzzleView(string Title, IReadOnlyList<GridView> Grids);

/// <summary>A grid of coloured cells.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Columns">The number of columns.</param>
/// <param name="Cells">The cells, row by row.</param>
/// <param name="BoxRows">After how many rows there is a line; 0 for none.</param>
/// <param name="BoxColumns">After how many columns there is a line; 0 for none.</param>
internal sealed record GridView(string Title, int Columns, IReadOnlyList<CellView> Cells, int BoxRows = 0, int BoxColumns = 0)
{
    public int Rows => Cells.Count / Columns;

    public CellView this[int row, int column] => Cells[(row * Columns) + column];
}

/// <summary>One cell of a grid: up to two characters in colours.</summary>
/// <param name="Text">The characters.</param>
/// <param name="Foreground">Their colour.</param>
/// <param name="Background">The colour behind them; <see langword="null"/> for that of the page.</param>
internal readonly record struct CellView(string Text, Color Foreground, Color? Background = null)
{
    /// <summary>A cell of an answer that is wrong: it differs from the others in brightness too, not in hue alone.</summary>
    public static CellView Wrong(string text) => new(text, Color.White, Color.Purple);
}
