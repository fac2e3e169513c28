using Spectre.Console;

namespace Hrm.Tool;

/// <summary>A puzzle with a title and its grids, which are shown side by side.</summary>
internal sealed record PuzzleView(string Title, IReadOnlyList<GridView> Grids);

/// <summary>A grid of coloured cells.</summary>
/// <param name="Title">The title.</param>
/// <param name="Columns">The number of columns.</param>
/// <param name="Cells">The cells, row by row.</param>
/// <param name="BoxRows">The number of rows between lines; 0 for no lines.</param>
/// <param name="BoxColumns">The number of columns between lines; 0 for no lines.</param>
internal sealed record GridView(string Title, int Columns, IReadOnlyList<CellView> Cells, int BoxRows = 0, int BoxColumns = 0)
{
    public int Rows => Cells.Count / Columns;

    public CellView this[int row, int column] => Cells[(row * Columns) + column];

    /// <summary>Returns whether there is a line above the row.</summary>
    public bool StartsBoxRow(int row) => row > 0 && BoxRows > 0 && row % BoxRows == 0;

    /// <summary>Returns whether there is a line left of the column.</summary>
    public bool StartsBoxColumn(int column) => column > 0 && BoxColumns > 0 && column % BoxColumns == 0;
}

/// <summary>One cell of a grid: up to two characters in colours. Without a background it has that of the page.</summary>
internal readonly record struct CellView(string Text, Color Foreground, Color? Background = null)
{
    /// <summary>Creates a wrong cell of an answer: it differs from the others also in brightness, not only in hue.</summary>
    public static CellView Wrong(string text) => new(text, Color.White, Color.Purple);
}
