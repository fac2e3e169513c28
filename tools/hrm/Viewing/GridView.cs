namespace Hrm.Tool;

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
