using System.Runtime.Intrinsics;

namespace Hrm.Puzzles;

/// <summary>The rows, columns and boxes of a shape, computed once a shape.</summary>
internal sealed class SudokuUnits
{
    private readonly Vector256<ushort>[] _peerRows;
    private readonly int _side;

    public SudokuUnits(SudokuShape shape)
    {
        _side = shape.Side;
        var cellsOf = new List<byte>[3 * _side];
        for (var unit = 0; unit < cellsOf.Length; unit++)
        {
            cellsOf[unit] = new List<byte>(_side);
        }

        for (var cell = 0; cell < shape.Cells; cell++)
        {
            foreach (var unit in (int[])[shape.RowOf(cell), _side + shape.ColumnOf(cell), (2 * _side) + shape.BoxOf(cell)])
            {
                cellsOf[unit].Add((byte)cell);
            }
        }

        Cells = [.. cellsOf.Select(unit => unit.ToArray())];
        _peerRows = PeerRows(shape);
    }

    /// <summary>The cells of each unit: rows, then columns, then boxes.</summary>
    public byte[][] Cells { get; }

    /// <summary>
    /// The other cells that share a unit with a cell, as one vector for each row of the grid: all bits of a lane are set
    /// where the cell in that column is one of them.
    /// </summary>
    /// <param name="cell">The cell, row by row.</param>
    public ReadOnlySpan<Vector256<ushort>> PeersOf(int cell) => _peerRows.AsSpan(cell * _side, _side);

    private static Vector256<ushort>[] PeerRows(SudokuShape shape)
    {
        var peerRows = new Vector256<ushort>[shape.Cells * shape.Side];
        Span<ushort> lanes = stackalloc ushort[SudokuShape.MaximumSide];
        for (var cell = 0; cell < shape.Cells; cell++)
        {
            for (var row = 0; row < shape.Side; row++)
            {
                lanes.Clear();
                for (var column = 0; column < shape.Side; column++)
                {
                    lanes[column] = ArePeers(shape, cell, (row * shape.Side) + column) ? ushort.MaxValue : (ushort)0;
                }

                peerRows[(cell * shape.Side) + row] = Vector256.Create<ushort>(lanes);
            }
        }

        return peerRows;
    }

    private static bool ArePeers(SudokuShape shape, int cell, int other) =>
        cell != other
        && (shape.RowOf(cell) == shape.RowOf(other) || shape.ColumnOf(cell) == shape.ColumnOf(other) || shape.BoxOf(cell) == shape.BoxOf(other));
}
