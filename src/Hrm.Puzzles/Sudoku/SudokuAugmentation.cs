using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Turns a puzzle into a training example: a random symmetry of question and answer, then hints taken from the answer,
/// then tokens. Holds no state between calls: several threads may share it, each with its own generator.
/// </summary>
public sealed class SudokuAugmentation : IExampleAugmentation
{
    private readonly SudokuEncoding _encoding;
    private readonly bool _symmetries;
    private readonly double _hintProbability;
    private readonly double _maxHintFraction;

    /// <summary>Creates the augmentation of a shape.</summary>
    /// <param name="shape">The shape of the puzzles.</param>
    /// <param name="options">What to vary; read once. Default: symmetries alone.</param>
    /// <exception cref="InvalidConfigException">Options out of their ranges; lists every one.</exception>
    public SudokuAugmentation(SudokuShape shape, SudokuAugmentationOptions? options = null)
    {
        options ??= new SudokuAugmentationOptions();
        InvalidConfigException.ThrowIfInvalid("Sudoku augmentation options", options);

        _encoding = new SudokuEncoding(shape);
        _symmetries = options.Symmetries;
        _hintProbability = options.HintProbability;
        _maxHintFraction = options.MaxHintFraction;
    }

    /// <summary>The shape of the puzzles.</summary>
    public SudokuShape Shape => _encoding.Shape;

    /// <summary>Draws a variant of a puzzle. Every cell is labelled, the givens too.</summary>
    /// <param name="puzzle">The puzzle.</param>
    /// <param name="random">Where chance comes from.</param>
    /// <param name="inputs">Receives the tokens of the question, one a cell.</param>
    /// <param name="labels">Receives the tokens of the answer, one a cell.</param>
    /// <exception cref="ArgumentException">A puzzle of another shape, or spans that have not one entry a cell.</exception>
    public void Sample(SudokuPuzzle puzzle, Random random, Span<int> inputs, Span<int> labels)
    {
        ArgumentNullException.ThrowIfNull(puzzle);
        ArgumentNullException.ThrowIfNull(random);
        if (!puzzle.Shape.Equals(Shape))
        {
            throw new ArgumentException($"puzzle: expected {Shape}, got {puzzle.Shape}", nameof(puzzle));
        }

        Vary(puzzle.Question.Digits, puzzle.Answer.Digits, random, inputs, labels);
    }

    /// <summary>Turns the tokens of a puzzle into those of a variant, in place.</summary>
    /// <param name="inputs">The tokens of the question, one a cell.</param>
    /// <param name="labels">The tokens of the answer, one a cell, all of them labelled.</param>
    /// <param name="random">Where chance comes from.</param>
    /// <exception cref="PuzzleFormatException">Another number of tokens, or a token that is no digit; names the cell.</exception>
    public void Apply(Span<int> inputs, Span<int> labels, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Span<byte> question = stackalloc byte[Shape.Cells];
        Span<byte> answer = stackalloc byte[Shape.Cells];
        _encoding.Decode(inputs, question, SudokuEncoding.BlankToken);
        _encoding.Decode(labels, answer, SudokuEncoding.BlankToken);
        Vary(question, answer, random, inputs, labels);
    }

    private void Vary(ReadOnlySpan<byte> givens, ReadOnlySpan<byte> solution, Random random, Span<int> inputs, Span<int> labels)
    {
        Span<byte> question = stackalloc byte[Shape.Cells];
        Span<byte> answer = stackalloc byte[Shape.Cells];
        if (_symmetries)
        {
            var symmetry = SudokuSymmetry.Random(Shape, random);
            symmetry.Apply(givens, question);
            symmetry.Apply(solution, answer);
        }
        else
        {
            givens.CopyTo(question);
            solution.CopyTo(answer);
        }

        if (_hintProbability > 0 && random.NextDouble() < _hintProbability)
        {
            GiveHints(question, answer, random);
        }

        _encoding.Encode(question, inputs);
        _encoding.Encode(answer, labels);
    }

    private void GiveHints(Span<byte> question, ReadOnlySpan<byte> answer, Random random)
    {
        Span<byte> blanks = stackalloc byte[question.Length];
        var blankCount = 0;
        for (var cell = 0; cell < question.Length; cell++)
        {
            if (question[cell] == 0)
            {
                blanks[blankCount++] = (byte)cell;
            }
        }

        var hints = (int)(random.NextDouble() * _maxHintFraction * blankCount);
        for (var i = 0; i < hints; i++)
        {
            // The first entries of a shuffle, drawn one at a time: each set of blanks is equally likely.
            var drawn = random.Next(i, blankCount);
            var cell = blanks[drawn];
            blanks[drawn] = blanks[i];
            question[cell] = answer[cell];
        }
    }
}
