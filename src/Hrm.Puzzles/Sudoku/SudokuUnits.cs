namespace Hrm.Puzzles;

/// <summary>The rows, columns and boxes of a shape as lists of cells, computed once a shape.</summary>
internal sealed class SudokuUnits
{
    public SudokuUnits(SudokuShape shape)
    {
        var side = shape.Side;
        var cellsOf = new List<byte>[3 * side];
        for (var unit = 0; unit < cellsOf.Length; unit++)
        {
            cellsOf[unit] = new List<byte>(side);
        }

        OfCell = new ulong[shape.Cells];
        for (var cell = 0; cell < shape.Cells; cell++)
        {
            foreach (var unit in (int[])[shape.RowOf(cell), side + shape.ColumnOf(cell), (2 * side) + shape.BoxOf(cell)])
            {
                cellsOf[unit].Add((byte)cell);
                OfCell[cell] |= 1UL << unit;
            }
        }

        Cells = [.. cellsOf.Select(unit => unit.ToArray())];
        Peers = [.. Enumerable.Range(0, shape.Cells).Select(cell => Cells
            .Where(unit => unit.Contains((byte)cell))
            .SelectMany(unit => unit)
            .Where(other => other != cell)
            .Distinct()
            .ToArray())];
    }

    /// <summary>The cells of each unit: rows, then columns, then boxes.</summary>
    public byte[][] Cells { get; }

    /// <summary>The other cells that share a unit with a cell, each once.</summary>
    public byte[][] Peers { get; }

    /// <summary>One bit for each of the three units of a cell; 48 units at most.</summary>
    public ulong[] OfCell { get; }
}
