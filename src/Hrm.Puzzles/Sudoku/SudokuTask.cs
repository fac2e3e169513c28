namespace Hrm.Puzzles;

/// <summary>
/// Sudoku as a task of a model: parses, encodes, augments, decodes and checks grids. Safe for use by several threads, each with
/// its own random source.
/// </summary>
/// <remarks>
/// The authors' encoding: 0 is padding, a blank is 1, digit d is d + 1. A 9×9 grid has 81 tokens of a vocabulary of 11. In dataset
/// folders 0 is also the ignored label; in memory that is <see cref="PuzzleBatch.IgnoredLabel"/>.
/// </remarks>
public sealed class SudokuTask : ISymmetricTask, ISearchableTask
{
    /// <summary>The token of a blank; digit d has the token <c>BlankToken + d</c>.</summary>
    public const int BlankToken = 1;

    private const int PadToken = 0;

    private readonly bool _symmetries;
    private readonly double _hintProbability;
    private readonly double _maxHintFraction;

    /// <summary>Creates the task of a shape.</summary>
    /// <param name="shape">The shape of the grids; by default 9×9.</param>
    /// <param name="options">How <see cref="Augment"/> varies examples; read once. Default: random symmetries.</param>
    /// <exception cref="InvalidConfigException">Options out of their ranges; lists every one.</exception>
    public SudokuTask(SudokuShape? shape = null, SudokuAugmentationOptions? options = null)
    {
        options ??= new SudokuAugmentationOptions();
        InvalidConfigException.ThrowIfInvalid("Sudoku augmentation options", options);
        Shape = shape ?? SudokuShape.Nine;
        _symmetries = options.Symmetries;
        _hintProbability = options.HintProbability;
        _maxHintFraction = options.MaxHintFraction;
    }

    /// <summary>The shape of the grids.</summary>
    public SudokuShape Shape { get; }

    /// <inheritdoc/>
    public int SequenceLength => Shape.Cells;

    /// <inheritdoc/>
    public int VocabularySize => Shape.Side + 2;

    /// <summary>Reads a Sudoku, one character per cell, row by row.</summary>
    /// <param name="text">The givens; '.', '0', '*' or '_' is a blank.</param>
    /// <returns>One token per cell.</returns>
    /// <exception cref="HrmFormatException">Another length or character; names the position; conflicting givens; names the cells.</exception>
    public int[] Parse(string text)
    {
        var question = SudokuGrid.Parse(text, Shape);
        return question.FindConflict() is { } conflict ? throw conflict.OfQuestion() : Encode(question);
    }

    /// <summary>Writes a grid, one character per cell, row by row; a blank or padding is '.'.</summary>
    /// <param name="tokens">One token per cell.</param>
    /// <exception cref="HrmFormatException">Another number of tokens, or a token outside the vocabulary; names the cell.</exception>
    public string Format(ReadOnlySpan<int> tokens) => Decode(tokens).ToString();

    /// <summary>Encodes a question or an answer.</summary>
    /// <param name="grid">The grid.</param>
    /// <returns>One token per cell.</returns>
    /// <exception cref="ArgumentException">A grid of another shape.</exception>
    public int[] Encode(SudokuGrid grid)
    {
        ArgumentNullException.ThrowIfNull(grid);
        return grid.Shape.Equals(Shape)
            ? Array.ConvertAll(grid.Digits.ToArray(), digit => digit + BlankToken)
            : throw new ArgumentException($"grid: expected {Shape}, got {grid.Shape}", nameof(grid));
    }

    /// <summary>Encodes a puzzle as a training example.</summary>
    /// <param name="puzzle">The puzzle.</param>
    /// <exception cref="ArgumentException">A puzzle of another shape.</exception>
    public PuzzleExample ToExample(SudokuPuzzle puzzle)
    {
        ArgumentNullException.ThrowIfNull(puzzle);
        return new PuzzleExample(Encode(puzzle.Question), Encode(puzzle.Answer));
    }

    /// <summary>Decodes a prediction. A model can predict padding, which becomes a blank; the grid can break the rules.</summary>
    /// <param name="prediction">One token per cell.</param>
    /// <exception cref="HrmFormatException">Another number of tokens, or a token outside the vocabulary; names the cell.</exception>
    public SudokuGrid Decode(ReadOnlySpan<int> prediction) => Decode(prediction, PadToken);

    /// <summary>Decodes the inputs or labels of an example, in which padding is not valid.</summary>
    /// <param name="tokens">One token per cell.</param>
    /// <exception cref="HrmFormatException">Another number of tokens, padding, or a token outside the vocabulary; names the cell.</exception>
    public SudokuGrid DecodeExample(ReadOnlySpan<int> tokens) => Decode(tokens, BlankToken);

    /// <summary>
    /// Whether the prediction is a complete grid that keeps the rules and every given. A prediction with other tokens than digits
    /// is not a solution, and padded inputs have none.
    /// </summary>
    /// <param name="inputs">The tokens of the question, one per cell.</param>
    /// <param name="prediction">The predicted tokens, one per cell.</param>
    /// <exception cref="HrmFormatException">The number of tokens differs from the number of cells.</exception>
    public bool IsSolution(ReadOnlySpan<int> inputs, ReadOnlySpan<int> prediction)
    {
        RequireLength(inputs, nameof(inputs));
        RequireLength(prediction, nameof(prediction));
        Span<byte> digits = stackalloc byte[SequenceLength];
        for (var cell = 0; cell < digits.Length; cell++)
        {
            var (given, predicted) = (inputs[cell], prediction[cell]);
            var isDigit = predicted > BlankToken && predicted < VocabularySize;
            if (!isDigit || (given != BlankToken && given != predicted))
            {
                return false;
            }

            digits[cell] = (byte)(predicted - BlankToken);
        }

        return SudokuGrid.FromDigits(digits, Shape).IsSolved;
    }

    /// <summary>Augments an example in place: a random symmetry of question and answer, then hints from the answer.</summary>
    /// <param name="inputs">The tokens of the question, one per cell.</param>
    /// <param name="labels">The tokens of the answer, one per cell.</param>
    /// <param name="random">The random source.</param>
    /// <exception cref="HrmFormatException">Another number of tokens, or a token that is not a blank or digit; names the cell.</exception>
    public void Augment(Span<int> inputs, Span<int> labels, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        RequireTokens(inputs, BlankToken);
        RequireTokens(labels, BlankToken);
        if (_symmetries)
        {
            var symmetry = SudokuSymmetry.Random(Shape, random);
            Span<int> tokens = stackalloc int[SequenceLength];
            inputs.CopyTo(tokens);
            symmetry.Apply(tokens, inputs);
            labels.CopyTo(tokens);
            symmetry.Apply(tokens, labels);
        }

        if (_hintProbability > 0 && random.NextDouble() < _hintProbability)
        {
            GiveHints(inputs, labels, random);
        }
    }

    /// <inheritdoc/>
    public IPuzzleSymmetry DrawSymmetry(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return new TokenSymmetry(this, SudokuSymmetry.Random(Shape, random));
    }

    /// <inheritdoc/>
    public bool IsBlank(int token) => token == BlankToken;

    /// <summary>
    /// Lists the digits that each cell can hold, as tokens, after all naked and hidden singles of the partial answer are filled. None if
    /// the partial answer breaks a rule then.
    /// </summary>
    /// <inheritdoc/>
    /// <exception cref="HrmFormatException">Another number of tokens, or a token outside the vocabulary; names the cell.</exception>
    public IReadOnlyList<IReadOnlyList<int>> FindCandidates(ReadOnlySpan<int> partial)
    {
        RequireTokens(partial, PadToken);
        var masks = SudokuSearch.FindCandidates(Shape, Array.ConvertAll(partial.ToArray(), token => (byte)Math.Max(0, token - BlankToken)));
        return Array.ConvertAll(masks, mask => (int[])[.. Enumerable.Range(0, Shape.Side).Where(digit => (mask >> digit & 1) != 0).Select(digit => BlankToken + 1 + digit)]);
    }

    private void GiveHints(Span<int> inputs, ReadOnlySpan<int> labels, Random random)
    {
        Span<byte> blanks = stackalloc byte[inputs.Length];
        var blankCount = 0;
        for (var cell = 0; cell < inputs.Length; cell++)
        {
            if (inputs[cell] == BlankToken)
            {
                blanks[blankCount++] = (byte)cell;
            }
        }

        var hints = (int)(random.NextDouble() * _maxHintFraction * blankCount);
        for (var i = 0; i < hints; i++)
        {
            // The first entries of a shuffle: every set of blanks is equally likely.
            var drawn = random.Next(i, blankCount);
            var cell = blanks[drawn];
            blanks[drawn] = blanks[i];
            inputs[cell] = labels[cell];
        }
    }

    private SudokuGrid Decode(ReadOnlySpan<int> tokens, int lowest)
    {
        RequireTokens(tokens, lowest);
        Span<byte> digits = stackalloc byte[SequenceLength];
        for (var cell = 0; cell < digits.Length; cell++)
        {
            digits[cell] = (byte)Math.Max(0, tokens[cell] - BlankToken);
        }

        return SudokuGrid.FromDigits(digits, Shape);
    }

    private void RequireTokens(ReadOnlySpan<int> tokens, int lowest)
    {
        RequireLength(tokens, nameof(tokens));
        var cell = tokens.IndexOfAnyExceptInRange(lowest, VocabularySize - 1);
        if (cell >= 0)
        {
            throw new HrmFormatException(
                $"expected a token of {lowest} to {VocabularySize - 1} in {Shape.NameOf(cell)}, got {tokens[cell]}", place: nameof(tokens));
        }
    }

    private void RequireLength(ReadOnlySpan<int> tokens, string name)
    {
        if (tokens.Length != SequenceLength)
        {
            throw new HrmFormatException($"expected {SequenceLength} tokens, got {tokens.Length}", place: name);
        }
    }

    /// <summary>A symmetry over tokens. Padding, which only a prediction can contain, becomes a blank.</summary>
    private sealed class TokenSymmetry(SudokuTask task, SudokuSymmetry symmetry) : IPuzzleSymmetry
    {
        public int[] Apply(ReadOnlySpan<int> tokens) => Apply(symmetry, tokens);

        public int[] Undo(ReadOnlySpan<int> answer) => Apply(symmetry.Inverse(), answer);

        private int[] Apply(SudokuSymmetry change, ReadOnlySpan<int> tokens)
        {
            task.RequireTokens(tokens, PadToken);
            var changed = new int[tokens.Length];
            change.Apply(tokens, changed);
            return changed;
        }
    }
}

/// <summary>Augmentation of a training example each time it is drawn.</summary>
public sealed class SudokuAugmentationOptions : IValidatedOptions
{
    /// <summary>Whether a random symmetry is applied to each example. Default <see langword="true"/>.</summary>
    public bool Symmetries { get; set; } = true;

    /// <summary>The share of examples that show a part of the answer, 0 (default) to 1. With 0.5 a small 9×9 model began to learn earlier.</summary>
    public double HintProbability { get; set; }

    /// <summary>Such an example has a uniform share of its blanks filled, between 0 and this. 0 to 1, default 0.5.</summary>
    public double MaxHintFraction { get; set; } = 0.5;

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules()
        .Between(nameof(HintProbability), HintProbability, 0, 1)
        .Between(nameof(MaxHintFraction), MaxHintFraction, 0, 1)
        .Errors;
}
