using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Sudoku as a task of a model: the encoding of <see cref="SudokuEncoding"/>, the variants of <see cref="SudokuAugmentation"/>,
/// and answers checked by the rules. Safe for use by several threads, each with its own generator.
/// </summary>
public sealed class SudokuTask : IPuzzleTask<SudokuGrid, SudokuGrid>, ISymmetricTask
{
    private readonly SudokuEncoding _encoding;
    private readonly SudokuAugmentation _augmentation;

    /// <summary>Creates the task of a shape.</summary>
    /// <param name="shape">The shape of the grids.</param>
    /// <param name="options">How examples are varied; default: random symmetries.</param>
    /// <exception cref="InvalidConfigException">Options out of their ranges; lists every one.</exception>
    public SudokuTask(SudokuShape shape, SudokuAugmentationOptions? options = null)
    {
        _encoding = new SudokuEncoding(shape);
        _augmentation = new SudokuAugmentation(shape, options);
    }

    /// <summary>The shape of the grids.</summary>
    public SudokuShape Shape => _encoding.Shape;

    /// <inheritdoc/>
    public int SequenceLength => _encoding.SequenceLength;

    /// <inheritdoc/>
    public int VocabularySize => _encoding.VocabularySize;

    /// <summary>Encodes a question.</summary>
    /// <param name="question">The givens.</param>
    /// <returns>One token a cell.</returns>
    /// <exception cref="ArgumentException">A grid of another shape.</exception>
    public int[] Encode(SudokuGrid question) => _encoding.Encode(question);

    /// <summary>Encodes an answer as labels; every cell counts, the givens too.</summary>
    /// <param name="answer">A grid without blanks.</param>
    /// <returns>One label a cell.</returns>
    /// <exception cref="ArgumentException">A grid of another shape, or one with a blank.</exception>
    public int[] EncodeAnswer(SudokuGrid answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        if (!answer.IsComplete)
        {
            throw new ArgumentException($"answer: expected a grid without blanks, got '{answer}'", nameof(answer));
        }

        return _encoding.Encode(answer);
    }

    /// <summary>Reads a grid off predicted tokens; padding reads as a blank, and the grid may break the rules.</summary>
    /// <param name="prediction">One token a cell.</param>
    /// <exception cref="PuzzleFormatException">Another number of tokens, or a token out of the vocabulary; names the cell.</exception>
    public SudokuGrid Decode(ReadOnlySpan<int> prediction) => _encoding.DecodePrediction(prediction);

    /// <summary>
    /// Whether the prediction is a complete grid that keeps the rules and every given. Any tokens may be predicted; ones that are
    /// no digits solve nothing, and neither does anything solve a row of padding.
    /// </summary>
    /// <param name="inputs">The tokens of the question, one a cell.</param>
    /// <param name="prediction">The predicted tokens, one a cell.</param>
    /// <exception cref="PuzzleFormatException">Another number of tokens than cells.</exception>
    public bool IsSolution(ReadOnlySpan<int> inputs, ReadOnlySpan<int> prediction)
    {
        RequireLength(inputs, nameof(inputs));
        RequireLength(prediction, nameof(prediction));
        Span<byte> digits = stackalloc byte[SequenceLength];
        for (var cell = 0; cell < digits.Length; cell++)
        {
            var (given, predicted) = (inputs[cell], prediction[cell]);
            var isDigit = predicted > SudokuEncoding.BlankToken && predicted < VocabularySize;
            if (!isDigit || (given != SudokuEncoding.BlankToken && given != predicted))
            {
                return false;
            }

            digits[cell] = (byte)(predicted - SudokuEncoding.BlankToken);
        }

        return SudokuGrid.FromDigits(digits, Shape).IsSolved;
    }

    /// <inheritdoc/>
    public void Apply(Span<int> inputs, Span<int> labels, Random random) => _augmentation.Apply(inputs, labels, random);

    /// <inheritdoc/>
    public IPuzzleSymmetry DrawSymmetry(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return new SudokuTokenSymmetry(_encoding, SudokuSymmetry.Random(Shape, random));
    }

    private void RequireLength(ReadOnlySpan<int> tokens, string name)
    {
        if (tokens.Length != SequenceLength)
        {
            throw new PuzzleFormatException($"expected {SequenceLength} tokens, got {tokens.Length}", field: name);
        }
    }
}
