namespace Hrm.Puzzles;

/// <summary>
/// Authors' encoding of grids as tokens: a canvas of 30 × 30, row by row. 0 is padding (ignored as a label), 1 marks the end of a
/// grid, colour c is c + 2. The end markers are a line right of the grid and a line below it, if the canvas has room for them;
/// the corner between the lines is padding.
/// </summary>
public static class ArcEncoding
{
    /// <summary>The number of rows and of columns of the canvas.</summary>
    public const int Side = ArcGrid.MaximumSide;

    /// <summary>S: one token per cell of the canvas.</summary>
    public const int SequenceLength = Side * Side;

    /// <summary>V: padding, end marker and ten colours.</summary>
    public const int VocabularySize = FirstColourToken + ArcGrid.ColourCount;

    private const int PadToken = 0;
    private const int EndToken = 1;
    private const int FirstColourToken = 2;

    /// <summary>Encodes a grid.</summary>
    /// <param name="grid">The grid.</param>
    /// <param name="row">The canvas row of its first row: 0 to 30 - R.</param>
    /// <param name="column">The canvas column of its first column: 0 to 30 - C.</param>
    /// <returns>The tokens, 900.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The grid would leave the canvas.</exception>
    public static int[] Encode(ArcGrid grid, int row = 0, int column = 0)
    {
        var tokens = new int[SequenceLength];
        Encode(grid, tokens, row, column, PadToken);
        return tokens;
    }

    /// <summary>Encodes a pair as an example, with input and output at the same position on their canvases.</summary>
    /// <param name="pair">The pair; without an output, every label is ignored.</param>
    /// <param name="puzzleId">The puzzle id.</param>
    /// <param name="row">The canvas row of both first rows: 0 to 30 - the larger R.</param>
    /// <param name="column">The canvas column of both first columns: 0 to 30 - the larger C.</param>
    /// <returns>The example; labels are <see cref="PuzzleBatch.IgnoredLabel"/> replaces padding.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A grid would leave the canvas.</exception>
    public static PuzzleExample ToExample(ArcPair pair, int puzzleId = 0, int row = 0, int column = 0)
    {
        ArgumentNullException.ThrowIfNull(pair);
        var labels = new int[SequenceLength];
        if (pair.Output is null)
        {
            labels.AsSpan().Fill(PuzzleBatch.IgnoredLabel);
        }
        else
        {
            Encode(pair.Output, labels, row, column, PuzzleBatch.IgnoredLabel);
        }

        return new PuzzleExample(Encode(pair.Input, row, column), labels, puzzleId);
    }

    /// <summary>
    /// Decodes a predicted grid at the origin of the canvas: the largest rectangle at the origin in which every token is a colour; of
    /// equal areas the one with fewer rows.
    /// </summary>
    /// <param name="tokens">The tokens, 900, of any value.</param>
    /// <returns>The grid, or <see langword="null"/> if the first token is not a colour.</returns>
    /// <exception cref="HrmFormatException">Another number of tokens.</exception>
    public static ArcGrid? Crop(ReadOnlySpan<int> tokens)
    {
        RequireCanvas(tokens.Length);
        return CropAt(tokens, 0, 0);
    }

    /// <summary>Decodes the inputs or labels of an example, with the grid at any position.</summary>
    /// <param name="tokens">The tokens, 900; <see cref="PuzzleBatch.IgnoredLabel"/> counts as padding.</param>
    /// <returns>The grid, and the canvas row and column of its first cell.</returns>
    /// <exception cref="HrmFormatException">Another number of tokens, or tokens that do not encode a grid; names the first wrong one.</exception>
    public static (ArcGrid Grid, int Row, int Column) Decode(ReadOnlySpan<int> tokens)
    {
        RequireCanvas(tokens.Length);
        var first = tokens.IndexOfAnyExcept(PadToken, PuzzleBatch.IgnoredLabel);
        var (row, column) = first < 0 ? (0, 0) : Math.DivRem(first, Side);
        if (first < 0 || CropAt(tokens, row, column) is not { } grid)
        {
            throw new HrmFormatException($"expected a grid on the canvas, got {(first < 0 ? "only padding" : $"token {tokens[first]} before any colour")}", place: "tokens");
        }

        Span<int> expected = stackalloc int[SequenceLength];
        Encode(grid, expected, row, column, PadToken);
        for (var at = 0; at < tokens.Length; at++)
        {
            var token = tokens[at] == PuzzleBatch.IgnoredLabel ? PadToken : tokens[at];
            if (token != expected[at])
            {
                throw new HrmFormatException(
                    $"expected token {expected[at]} in row {at / Side}, column {at % Side} of the canvas, beside a grid of {grid.Rows} × {grid.Columns}, got {tokens[at]}",
                    place: "tokens");
            }
        }

        return (grid, row, column);
    }

    private static void Encode(ArcGrid grid, Span<int> tokens, int row, int column, int pad)
    {
        ArgumentNullException.ThrowIfNull(grid);
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(row, Side - grid.Rows);
        ArgumentOutOfRangeException.ThrowIfNegative(column);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(column, Side - grid.Columns);
        tokens.Fill(pad);
        var cells = grid.Cells;
        var hasRoomRight = column + grid.Columns < Side;
        for (var gridRow = 0; gridRow < grid.Rows; gridRow++)
        {
            var line = tokens.Slice(((row + gridRow) * Side) + column, Side - column);
            for (var gridColumn = 0; gridColumn < grid.Columns; gridColumn++)
            {
                line[gridColumn] = cells[(gridRow * grid.Columns) + gridColumn] + FirstColourToken;
            }

            if (hasRoomRight)
            {
                line[grid.Columns] = EndToken;
            }
        }

        if (row + grid.Rows < Side)
        {
            tokens.Slice(((row + grid.Rows) * Side) + column, grid.Columns).Fill(EndToken);
        }
    }

    private static ArcGrid? CropAt(ReadOnlySpan<int> tokens, int row, int column)
    {
        var (rows, columns) = (0, 0);
        var width = Side - column;
        for (var height = 1; height <= Side - row && width > 0; height++)
        {
            var line = tokens.Slice(((row + height - 1) * Side) + column, width);
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
            cells[cell] = (byte)(tokens[((row + (cell / columns)) * Side) + column + (cell % columns)] - FirstColourToken);
        }

        return ArcGrid.Adopt(rows, columns, cells);
    }

    private static void RequireCanvas(int length)
    {
        if (length != SequenceLength)
        {
            throw new HrmFormatException($"expected {SequenceLength} tokens, got {length}", place: "tokens");
        }
    }
}
