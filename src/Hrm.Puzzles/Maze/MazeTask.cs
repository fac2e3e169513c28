namespace Hrm.Puzzles;

/// <summary>
/// Mazes as a task of a model: parses, encodes, augments, decodes and checks grids. Safe for use by several threads, each with its
/// own random source.
/// </summary>
/// <remarks>
/// The authors' encoding: 0 padding, 1 wall, 2 free, 3 start, 4 goal, 5 path; one token per cell, row by row, and every cell is
/// labelled. A 30×30 maze has 900 tokens of a vocabulary of 6. The paper trains on Maze-Hard without augmentation.
/// </remarks>
public sealed class MazeTask : ISymmetricTask
{
    private readonly DihedralTransform[] _symmetries;
    private readonly bool _augments;

    /// <summary>Creates the task of a shape.</summary>
    /// <param name="shape">The shape of the mazes.</param>
    /// <param name="symmetries">Whether <see cref="Augment"/> draws a symmetry of the shape; otherwise it changes nothing.</param>
    public MazeTask(MazeShape shape, bool symmetries = true)
    {
        ArgumentNullException.ThrowIfNull(shape);
        Shape = shape;
        _symmetries = [.. shape.Symmetries];
        _augments = symmetries;
    }

    /// <summary>The shape of the mazes.</summary>
    public MazeShape Shape { get; }

    /// <inheritdoc/>
    public int SequenceLength => Shape.Cells;

    /// <inheritdoc/>
    public int VocabularySize => MazeCells.Symbols.Length;

    /// <summary>Reads a maze, one character per cell, row by row.</summary>
    /// <param name="text">The characters: '#' wall, ' ' free, 'S' start, 'G' goal.</param>
    /// <returns>One token per cell.</returns>
    /// <exception cref="HrmFormatException">Another length or character, or not one start and one goal; names the cell; no path from the start to the goal.</exception>
    public int[] Parse(string text) => Encode(MazePuzzle.Of(MazeGrid.Parse(text, Shape)).Question);

    /// <summary>Writes a maze or an answer, one character per cell, row by row; 'o' is path and '?' padding.</summary>
    /// <param name="tokens">One token per cell.</param>
    /// <exception cref="HrmFormatException">Another number of tokens, or a token outside the vocabulary; names the cell.</exception>
    public string Format(ReadOnlySpan<int> tokens) => Decode(tokens).ToString();

    /// <summary>Encodes a maze or an answer.</summary>
    /// <param name="grid">The grid.</param>
    /// <returns>One token per cell.</returns>
    /// <exception cref="ArgumentException">A grid of another shape.</exception>
    public int[] Encode(MazeGrid grid)
    {
        ArgumentNullException.ThrowIfNull(grid);
        return grid.Shape == Shape
            ? Array.ConvertAll(grid.Cells.ToArray(), cell => (int)cell)
            : throw new ArgumentException($"grid: expected {Shape}, got {grid.Shape}", nameof(grid));
    }

    /// <summary>Encodes a puzzle as a training example.</summary>
    /// <param name="puzzle">The puzzle.</param>
    /// <exception cref="ArgumentException">A puzzle of another shape.</exception>
    public PuzzleExample ToExample(MazePuzzle puzzle)
    {
        ArgumentNullException.ThrowIfNull(puzzle);
        return new PuzzleExample(Encode(puzzle.Question), Encode(puzzle.Answer));
    }

    /// <summary>Decodes a prediction: any tokens of the vocabulary.</summary>
    /// <param name="prediction">One token per cell.</param>
    /// <exception cref="HrmFormatException">Another number of tokens, or a token outside the vocabulary; names the cell.</exception>
    public MazeGrid Decode(ReadOnlySpan<int> prediction)
    {
        if (prediction.Length != SequenceLength)
        {
            throw new HrmFormatException($"expected {SequenceLength} tokens, got {prediction.Length}", place: "tokens");
        }

        var wrong = prediction.IndexOfAnyExceptInRange(0, VocabularySize - 1);
        if (wrong >= 0)
        {
            throw new HrmFormatException(
                $"expected a token of 0 to {VocabularySize - 1} in {Shape.NameOf(wrong)}, got {prediction[wrong]}", place: "tokens");
        }

        return MazeGrid.FromCells(Array.ConvertAll(prediction.ToArray(), token => (MazeCell)token), Shape);
    }

    /// <summary>Decodes the tokens of a question.</summary>
    /// <param name="inputs">One token per cell.</param>
    /// <exception cref="HrmFormatException">Another number of tokens, padding or path, or not one start and one goal; names the cell.</exception>
    public MazeGrid DecodeQuestion(ReadOnlySpan<int> inputs) => Decode(inputs).RequireQuestion();

    /// <summary>
    /// Augments an example in place by a random rotation or reflection that keeps the shape. The labels become the path of
    /// <see cref="MazeGrid.FindShortestPath"/>: the rule that chooses among shortest paths has a direction, so a turned label would contradict it.
    /// </summary>
    /// <param name="inputs">The tokens of the question, one per cell.</param>
    /// <param name="labels">The labels, one per cell.</param>
    /// <param name="random">The random source.</param>
    /// <exception cref="ArgumentException">The number of tokens or labels differs from the number of cells.</exception>
    /// <exception cref="HrmFormatException">The tokens are not a maze, or its goal cannot be reached.</exception>
    public void Augment(Span<int> inputs, Span<int> labels, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (inputs.Length != SequenceLength || labels.Length != SequenceLength)
        {
            throw new ArgumentException($"inputs, labels: expected {SequenceLength} of each, got {inputs.Length} and {labels.Length}", nameof(inputs));
        }

        if (_augments)
        {
            var symmetry = DrawSymmetry(random);
            symmetry.Apply(inputs).CopyTo(inputs);
            Encode(MazePuzzle.Of(Decode(inputs)).Answer).CopyTo(labels);
        }
    }

    /// <summary>
    /// Whether a prediction is a shortest path through a maze, any of them. Inputs that are not a question, such as padding, have no
    /// solution.
    /// </summary>
    /// <param name="inputs">The tokens of the maze.</param>
    /// <param name="prediction">The tokens of the answer.</param>
    /// <exception cref="HrmFormatException">Another number of tokens, or a token outside the vocabulary; names the cell.</exception>
    public bool IsSolution(ReadOnlySpan<int> inputs, ReadOnlySpan<int> prediction)
    {
        var (question, answer) = (Decode(inputs), Decode(prediction));
        return question.FindQuestionFault() is null && question.IsSolvedBy(answer);
    }

    /// <summary>Draws a rotation or reflection that keeps the shape, each with equal probability.</summary>
    /// <param name="random">The random source.</param>
    public IPuzzleSymmetry DrawSymmetry(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return new TokenSymmetry(Shape, _symmetries[random.Next(_symmetries.Length)]);
    }

    /// <summary>
    /// Lists the rotations and reflections of an example, in the order of the authors' indices: eight, or four if the shape is not
    /// square. The first is the example itself.
    /// </summary>
    /// <param name="example">An example of this task.</param>
    public IEnumerable<PuzzleExample> VariantsOf(PuzzleExample example) => _symmetries
        .Select(symmetry => new TokenSymmetry(Shape, symmetry))
        .Select(symmetry => new PuzzleExample(symmetry.Apply(example.Inputs), symmetry.Apply(example.Labels)));

    /// <summary>A symmetry over tokens; it keeps the shape.</summary>
    private sealed class TokenSymmetry(MazeShape shape, DihedralTransform transform) : IPuzzleSymmetry
    {
        public int[] Apply(ReadOnlySpan<int> tokens) => Apply(transform, tokens);

        public int[] Undo(ReadOnlySpan<int> answer) => Apply(transform.Inverse, answer);

        private int[] Apply(DihedralTransform change, ReadOnlySpan<int> tokens)
        {
            var changed = new int[tokens.Length];
            change.Apply(tokens, shape.Rows, shape.Columns, changed);
            return changed;
        }
    }
}
