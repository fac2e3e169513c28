using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Grids as tokens, in the authors' encoding: 0 is padding (in dataset folders also the label that does not count; in memory
/// that is <see cref="PuzzleBatch.IgnoredLabel"/>), a blank is 1, digit d is d + 1. 9×9: 81 tokens of a vocabulary of 11.
/// </summary>
public sealed class SudokuEncoding
{
    /// <summary>The token of padding.</summary>
    public const int PadToken = 0;

    /// <summary>The token of a blank; digit d has the token <c>BlankToken + d</c>.</summary>
    public const int BlankToken = 1;

    /// <summary>Creates the encoding of a shape.</summary>
    /// <param name="shape">The shape of the grids.</param>
    public SudokuEncoding(SudokuShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        Shape = shape;
    }

    /// <summary>The shape of the grids.</summary>
    public SudokuShape Shape { get; }

    /// <summary>V: padding, blank and the digits.</summary>
    public int VocabularySize => Shape.Side + 2;

    /// <summary>seq_len: one token a cell.</summary>
    public int SequenceLength => Shape.Cells;

    /// <summary>Encodes a grid.</summary>
    /// <param name="grid">The grid.</param>
    /// <returns>The tokens, row by row.</returns>
    /// <exception cref="ArgumentException">A grid of another shape.</exception>
    public int[] Encode(SudokuGrid grid)
    {
        ArgumentNullException.ThrowIfNull(grid);
        if (!grid.Shape.Equals(Shape))
        {
            throw new ArgumentException($"grid: expected {Shape}, got {grid.Shape}", nameof(grid));
        }

        var tokens = new int[SequenceLength];
        Encode(grid.Digits, tokens);
        return tokens;
    }

    /// <summary>A puzzle as an example for training: every cell is labelled, the givens too.</summary>
    /// <param name="puzzle">The puzzle.</param>
    /// <exception cref="ArgumentException">A puzzle of another shape.</exception>
    public PuzzleExample ToExample(SudokuPuzzle puzzle)
    {
        ArgumentNullException.ThrowIfNull(puzzle);
        return new PuzzleExample(Encode(puzzle.Question), Encode(puzzle.Answer));
    }

    /// <summary>Encodes digits without allocation.</summary>
    /// <param name="digits">The digits row by row, 0 for a blank, none above the side.</param>
    /// <param name="tokens">Receives the tokens.</param>
    /// <exception cref="ArgumentException">A span that has not one entry a cell.</exception>
    public void Encode(ReadOnlySpan<byte> digits, Span<int> tokens)
    {
        if (digits.Length != SequenceLength || tokens.Length != SequenceLength)
        {
            throw new ArgumentException($"digits, tokens: expected {SequenceLength} of each, got {digits.Length} and {tokens.Length}", nameof(digits));
        }

        for (var cell = 0; cell < digits.Length; cell++)
        {
            tokens[cell] = digits[cell] + BlankToken;
        }
    }

    /// <summary>Decodes the tokens of a question or a label.</summary>
    /// <param name="tokens">The tokens, row by row.</param>
    /// <exception cref="PuzzleFormatException">Another number of tokens, padding, or a token out of the vocabulary; names the cell.</exception>
    public SudokuGrid Decode(ReadOnlySpan<int> tokens) => Decode(tokens, lowest: BlankToken);

    /// <summary>Decodes what a model predicts. A model is free to predict padding: that reads as a blank.</summary>
    /// <param name="tokens">The tokens, row by row.</param>
    /// <exception cref="PuzzleFormatException">Another number of tokens, or a token out of the vocabulary; names the cell.</exception>
    public SudokuGrid DecodePrediction(ReadOnlySpan<int> tokens) => Decode(tokens, lowest: PadToken);

    private SudokuGrid Decode(ReadOnlySpan<int> tokens, int lowest)
    {
        Span<byte> digits = stackalloc byte[SequenceLength];
        Decode(tokens, digits, lowest);
        return SudokuGrid.FromDigits(digits, Shape);
    }

    /// <summary>Decodes without allocation; padding, where it is allowed, reads as a blank.</summary>
    internal void Decode(ReadOnlySpan<int> tokens, Span<byte> digits, int lowest)
    {
        if (tokens.Length != SequenceLength)
        {
            throw new PuzzleFormatException($"expected {SequenceLength} tokens, got {tokens.Length}", field: "tokens");
        }

        for (var cell = 0; cell < digits.Length; cell++)
        {
            var token = tokens[cell];
            if (token < lowest || token >= VocabularySize)
            {
                throw new PuzzleFormatException($"expected a token of {lowest} to {VocabularySize - 1} in {Shape.NameOf(cell)}, got {token}", field: "tokens");
            }

            digits[cell] = (byte)Math.Max(0, token - BlankToken);
        }
    }
}
