namespace Hrm.Puzzles;

/// <summary>
/// A symmetry of Sudoku grids: transposition (square boxes only), the order of bands and of the rows in them, the order of
/// stacks and of the columns in them, and a relabelling of the digits. It maps solved grids to solved grids. Immutable.
/// </summary>
/// <remarks>
/// <c>out[r, c] = digit(t[row(r), column(c)])</c>, t being the grid, transposed if <paramref name="isTransposed"/>; a blank stays
/// a blank. The group has 3,072 elements for 4×4, 2,488,320 for 6×6, 1,218,998,108,160 for 9×9.
/// </remarks>
/// <param name="shape">The shape of the grids.</param>
/// <param name="rows">For each row of the result its source row.</param>
/// <param name="columns">For each column of the result its source column.</param>
/// <param name="digits">For each digit, including the blank, its replacement.</param>
/// <param name="isTransposed">Whether rows and columns are exchanged first.</param>
internal sealed class SudokuSymmetry(SudokuShape shape, byte[] rows, byte[] columns, byte[] digits, bool isTransposed)
{
    /// <summary>Draws a symmetry; all are equally likely.</summary>
    public static SudokuSymmetry Random(SudokuShape shape, Random random)
    {
        byte[] digits = [.. Enumerable.Range(0, shape.Side + 1).Select(digit => (byte)digit)];
        random.ShuffleStably(digits.AsSpan(1));
        var rows = RandomBlocks(shape.Side, shape.BoxRows, random);
        var columns = RandomBlocks(shape.Side, shape.BoxColumns, random);
        return new SudokuSymmetry(shape, rows, columns, digits, isTransposed: shape.IsSquare && random.Next(2) == 1);
    }

    /// <summary>The image of a grid's tokens; padding becomes a blank. The two spans must not overlap.</summary>
    public void Apply(ReadOnlySpan<int> tokens, Span<int> image)
    {
        for (var cell = 0; cell < image.Length; cell++)
        {
            image[cell] = digits[Math.Max(0, tokens[SourceOf(cell)] - SudokuTask.BlankToken)] + SudokuTask.BlankToken;
        }
    }

    public SudokuSymmetry Inverse()
    {
        var (rowsBack, columnsBack) = (Inverse(rows), Inverse(columns));
        return new SudokuSymmetry(shape, isTransposed ? columnsBack : rowsBack, isTransposed ? rowsBack : columnsBack, Inverse(digits), isTransposed);
    }

    /// <summary>The permutation that undoes another one: for each entry its position.</summary>
    internal static byte[] Inverse(byte[] permutation)
    {
        var inverse = new byte[permutation.Length];
        for (var i = 0; i < permutation.Length; i++)
        {
            inverse[permutation[i]] = (byte)i;
        }

        return inverse;
    }

    private int SourceOf(int cell)
    {
        var (row, column) = (rows[cell / rows.Length], columns[cell % rows.Length]);
        return isTransposed ? (column * rows.Length) + row : (row * rows.Length) + column;
    }

    /// <summary>A random order of blocks and of the entries in each; all are equally likely.</summary>
    private static byte[] RandomBlocks(int length, int blockLength, Random random)
    {
        Span<byte> blocks = stackalloc byte[length / blockLength];
        for (var i = 0; i < blocks.Length; i++)
        {
            blocks[i] = (byte)(i * blockLength);
        }

        random.ShuffleStably(blocks);
        var permutation = new byte[length];
        for (var i = 0; i < length; i++)
        {
            permutation[i] = (byte)(blocks[i / blockLength] + (i % blockLength));
        }

        for (var start = 0; start < length; start += blockLength)
        {
            random.ShuffleStably(permutation.AsSpan(start, blockLength));
        }

        return permutation;
    }
}
