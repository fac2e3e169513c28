namespace Hrm.Puzzles;

/// <summary>
/// Authors' encoding of grids as tokens: a canvas of 30 × 30, row by row. 0 is padding (ignored as a label), 1 marks the end of a
/// grid, colour c is c + 2. The end markers are a line right of the grid and a line below it, if the canvas has room for them;
/// the corner between the lines is padding.
/// </summary>
/// <remarks>
/// A smaller canvas of n × n, 1 to 30, is encoded in the same way and has n² tokens; a model on it is faster. A decoder reads n off the
/// number of tokens.
/// </remarks>
public static class ArcEncoding
{
    /// <summary>The number of rows and of columns of the authors' canvas.</summary>
    public const int Side = ArcGrid.MaximumSide;

    /// <summary>S of the authors' canvas: one token per cell.</summary>
    public const int SequenceLength = Side * Side;

    /// <summary>V: padding, end marker and ten colours.</summary>
    public const int VocabularySize = FirstColourToken + ArcGrid.ColourCount;

    private const int PadToken = 0;
    private const int EndToken = 1;
    private const int FirstColourToken = 2;

    /// <summary>Encodes a grid.</summary>
    /// <param name="grid">The grid.</param>
    /// <param name="row">The canvas row of its first row: 0 to n - R.</param>
    /// <param name="column">The canvas column of its first column: 0 to n - C.</param>
    /// <param name="side">n, the number of rows and of columns of the canvas: 1 to 30.</param>
    /// <returns>The tokens, n².</returns>
    /// <exception cref="ArgumentOutOfRangeException">The grid would leave the canvas, or the canvas is too large.</exception>
    public static int[] Encode(ArcGrid grid, int row = 0, int column = 0, int side = Side)
    {
        ArgumentNullException.ThrowIfNull(grid);
        var tokens = CreateCanvas(side);
        Encode(grid, tokens, side, row, column, PadToken);
        return tokens;
    }

    /// <summary>Encodes a pair as an example, with input and output at the same position on their canvases.</summary>
    /// <param name="pair">The pair; without an output, every label is ignored.</param>
    /// <param name="puzzleId">The puzzle id.</param>
    /// <param name="row">The canvas row of both first rows: 0 to n - the larger R.</param>
    /// <param name="column">The canvas column of both first columns: 0 to n - the larger C.</param>
    /// <param name="side">n, the number of rows and of columns of the canvas: 1 to 30.</param>
    /// <returns>The example; in the labels <see cref="PuzzleBatch.IgnoredLabel"/> replaces padding.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A grid would leave the canvas, or the canvas is too large.</exception>
    public static PuzzleExample ToExample(ArcPair pair, int puzzleId = 0, int row = 0, int column = 0, int side = Side)
    {
        ArgumentNullException.ThrowIfNull(pair);
        var labels = CreateCanvas(side);
        if (pair.Output is null)
        {
            labels.AsSpan().Fill(PuzzleBatch.IgnoredLabel);
        }
        else
        {
            Encode(pair.Output, labels, side, row, column, PuzzleBatch.IgnoredLabel);
        }

        return new PuzzleExample(Encode(pair.Input, row, column, side), labels, puzzleId);
    }

    /// <summary>
    /// Decodes a predicted grid at the origin of the canvas: the largest rectangle at the origin in which every token is a colour; of
    /// equal areas the one with fewer rows.
    /// </summary>
    /// <param name="tokens">The tokens of a square canvas, of any value.</param>
    /// <returns>The grid, or <see langword="null"/> if the first token is not a colour.</returns>
    /// <exception cref="HrmFormatException">Another number of tokens.</exception>
    public static ArcGrid? Crop(ReadOnlySpan<int> tokens)
    {
        return CropAt(tokens, SideOf(tokens.Length), 0, 0);
    }

    /// <summary>Decodes the inputs or labels of an example, with the grid at any position.</summary>
    /// <param name="tokens">The tokens of a square canvas; <see cref="PuzzleBatch.IgnoredLabel"/> counts as padding.</param>
    /// <returns>The grid, and the canvas row and column of its first cell.</returns>
    /// <exception cref="HrmFormatException">Another number of tokens, or tokens that do not encode a grid; names the first wrong one.</exception>
    public static (ArcGrid Grid, int Row, int Column) Decode(ReadOnlySpan<int> tokens)
    {
        var side = SideOf(tokens.Length);
        var first = tokens.IndexOfAnyExcept(PadToken, PuzzleBatch.IgnoredLabel);
        var (row, column) = first < 0 ? (0, 0) : Math.DivRem(first, side);
        if (first < 0 || CropAt(tokens, side, row, column) is not { } grid)
        {
            throw new HrmFormatException($"expected a grid on the canvas, got {(first < 0 ? "only padding" : $"token {tokens[first]} before any colour")}", place: "tokens");
        }

        Span<int> expected = stackalloc int[tokens.Length];
        Encode(grid, expected, side, row, column, PadToken);
        for (var at = 0; at < tokens.Length; at++)
        {
            var token = tokens[at] == PuzzleBatch.IgnoredLabel ? PadToken : tokens[at];
            if (token != expected[at])
            {
                throw new HrmFormatException(
                    $"expected token {expected[at]} in row {at / side}, column {at % side} of the canvas, beside a grid of {grid.Rows} × {grid.Columns}, got {tokens[at]}",
                    place: "tokens");
            }
        }

        return (grid, row, column);
    }

    /// <summary>The number of rows and of columns of a canvas with a number of tokens; <see langword="null"/> if no canvas has it.</summary>
    internal static int? FindSide(int tokens)
    {
        var side = (int)Math.Sqrt(tokens);
        return side is >= 1 and <= Side && side * side == tokens ? side : null;
    }

    private static int SideOf(int tokens) => FindSide(tokens)
        ?? throw new HrmFormatException($"expected the tokens of a square canvas, {SequenceLength} or fewer, got {tokens}", place: "tokens");

    private static int[] CreateCanvas(int side)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(side);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(side, Side);
        return new int[side * side];
    }

    private static void Encode(ArcGrid grid, Span<int> tokens, int side, int row, int column, int pad)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(row, side - grid.Rows);
        ArgumentOutOfRangeException.ThrowIfNegative(column);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(column, side - grid.Columns);
        tokens.Fill(pad);
        var cells = grid.Cells;
        var hasRoomRight = column + grid.Columns < side;
        for (var gridRow = 0; gridRow < grid.Rows; gridRow++)
        {
            var line = tokens.Slice(((row + gridRow) * side) + column, side - column);
            for (var gridColumn = 0; gridColumn < grid.Columns; gridColumn++)
            {
                line[gridColumn] = cells[(gridRow * grid.Columns) + gridColumn] + FirstColourToken;
            }

            if (hasRoomRight)
            {
                line[grid.Columns] = EndToken;
            }
        }

        if (row + grid.Rows < side)
        {
            tokens.Slice(((row + grid.Rows) * side) + column, grid.Columns).Fill(EndToken);
        }
    }

    private static ArcGrid? CropAt(ReadOnlySpan<int> tokens, int side, int row, int column)
    {
        var (rows, columns) = (0, 0);
        var width = side - column;
        for (var height = 1; height <= side - row && width > 0; height++)
        {
            var line = tokens.Slice(((row + height - 1) * side) + column, width);
            var colours = line.IndexOfAnyExceptInRange(FirstColourToken, VocabularySize - 1);
            width = colours < 0 ? width : colours;
            if (height * width > rows * columns)
            {
                (rows, columns) = (height, width);
            }
        }

        if (rows == 0)
        {
            return null;
        }

        var cells = new byte[rows * columns];
        for (var cell = 0; cell < cells.Length; cell++)
        {
            cells[cell] = (byte)(tokens[((row + (cell / columns)) * side) + column + (cell % columns)] - FirstColourToken);
        }

        return ArcGrid.Adopt(rows, columns, cells);
    }
}
