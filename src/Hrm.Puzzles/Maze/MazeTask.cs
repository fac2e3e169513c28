using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Mazes as a model sees them, in the authors' encoding: 0 padding, 1 wall, 2 free, 3 start, 4 goal, 5 path; a token a cell, row by
/// row, and every cell is labelled. 30×30: 900 tokens of a vocabulary of 6.
/// </summary>
/// <remarks>
/// <see cref="Apply"/> puts question and answer through a random rotation or reflection. The turned answer is still a shortest path, but
/// not always the one that <see cref="MazePathFinder"/> takes among equals. The paper trains on Maze-Hard without augmentation.
/// </remarks>
public sealed class MazeTask : IPuzzleTask<MazeGrid, MazeAnswer>, ISymmetricTask
{
    private readonly DihedralTransform[] _symmetries;

    /// <summary>Creates the task of a shape.</summary>
    /// <param name="shape">The shape of the mazes.</param>
    /// <param name="symmetries">Whether <see cref="Apply"/> draws a symmetry of the shape; without, it changes nothing.</param>
    public MazeTask(MazeShape shape, bool symmetries = true)
    {
        ArgumentNullException.ThrowIfNull(shape);
        Shape = shape;
        _symmetries = symmetries ? [.. shape.Symmetries] : [];
    }

    /// <summary>The shape of the mazes.</summary>
    public MazeShape Shape { get; }

    /// <inheritdoc/>
    public int SequenceLength => Shape.Cells;

    /// <inheritdoc/>
    public int VocabularySize => MazeSymbols.Count;

    /// <summary>Encodes a maze.</summary>
    /// <param name="question">The maze.</param>
    /// <returns>A token a cell.</returns>
    /// <exception cref="ArgumentException">A maze of another shape.</exception>
    public int[] Encode(MazeGrid question)
    {
        ArgumentNullException.ThrowIfNull(question);
        RequireShape(question.Shape, nameof(question));
        return Tokens(question.ToCells());
    }

    /// <summary>Encodes an answer as labels; every cell counts.</summary>
    /// <param name="answer">The answer.</param>
    /// <returns>A token a cell; <see cref="PuzzleBatch.IgnoredLabel"/> for padding.</returns>
    /// <exception cref="ArgumentException">An answer of another shape.</exception>
    public int[] EncodeAnswer(MazeAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        RequireShape(answer.Shape, nameof(answer));
        var labels = Tokens(answer.Cells);
        labels.AsSpan().Replace((int)MazeCell.Padding, PuzzleBatch.IgnoredLabel);
        return labels;
    }

    /// <summary>A puzzle as an example for training.</summary>
    /// <param name="puzzle">The puzzle.</param>
    /// <exception cref="ArgumentException">A puzzle of another shape.</exception>
    public PuzzleExample ToExample(MazePuzzle puzzle)
    {
        ArgumentNullException.ThrowIfNull(puzzle);
        return new PuzzleExample(Encode(puzzle.Question), EncodeAnswer(puzzle.Answer));
    }

    /// <summary>Reads what a model predicts: any tokens of the vocabulary.</summary>
    /// <param name="prediction">A token a cell.</param>
    /// <exception cref="PuzzleFormatException">Another number of tokens, or one out of the vocabulary; names the cell.</exception>
    public MazeAnswer Decode(ReadOnlySpan<int> prediction) => MazeAnswer.FromCells(ToCells(prediction), Shape);

    /// <summary>Reads the tokens of a question.</summary>
    /// <param name="inputs">A token a cell.</param>
    /// <exception cref="PuzzleFormatException">Another number of tokens, padding or path, or not one start and one goal; names the cell.</exception>
    public MazeGrid DecodeQuestion(ReadOnlySpan<int> inputs)
    {
        var cells = ToCells(inputs);
        var wrong = cells.AsSpan().IndexOfAny(MazeCell.Padding, MazeCell.Path);
        return wrong < 0
            ? MazeGrid.FromCells(cells, Shape)
            : throw new PuzzleFormatException(
                $"expected a wall, a free cell, the start or the goal in {Shape.NameOf(wrong)}, got {MazeSymbols.NameOf(cells[wrong])}",
                field: "tokens");
    }

    /// <summary>Puts the tokens of a puzzle and its labels through one random symmetry, each equally likely.</summary>
    /// <param name="inputs">The tokens of the question, one a cell.</param>
    /// <param name="labels">The labels, one a cell.</param>
    /// <param name="random">Where chance comes from.</param>
    /// <exception cref="ArgumentException">Spans that have not one entry a cell.</exception>
    public void Apply(Span<int> inputs, Span<int> labels, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (inputs.Length != SequenceLength || labels.Length != SequenceLength)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"inputs, labels: expected {SequenceLength} of each, got {inputs.Length} and {labels.Length}"),
                nameof(inputs));
        }

        if (_symmetries.Length == 0)
        {
            return;
        }

        var symmetry = _symmetries[random.Next(_symmetries.Length)];
        Transform(inputs, symmetry);
        Transform(labels, symmetry);
    }

    /// <summary>Whether a prediction is a shortest path through a maze, any of them.</summary>
    /// <param name="inputs">The tokens of the maze; where they are none, as in a row of padding, nothing solves it.</param>
    /// <param name="prediction">The tokens of the answer.</param>
    /// <exception cref="PuzzleFormatException">Another number of tokens, or one out of the vocabulary; names the cell.</exception>
    public bool IsSolution(ReadOnlySpan<int> inputs, ReadOnlySpan<int> prediction)
    {
        var answer = Decode(prediction);
        var question = ToCells(inputs).AsSpan();
        return question.Count(MazeCell.Start) == 1
            && question.Count(MazeCell.Goal) == 1
            && !question.ContainsAny(MazeCell.Padding, MazeCell.Path)
            && MazeChecker.IsSolution(MazeGrid.FromCells(question, Shape), answer);
    }

    /// <summary>Draws a rotation or reflection that keeps the shape, each equally likely, also where examples are not varied.</summary>
    /// <param name="random">Where chance comes from.</param>
    public IPuzzleSymmetry DrawSymmetry(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        DihedralTransform[] all = [.. Shape.Symmetries];
        return new MazeTokenSymmetry(Shape, all[random.Next(all.Length)]);
    }

    private static int[] Tokens(ReadOnlySpan<MazeCell> cells)
    {
        var tokens = new int[cells.Length];
        for (var cell = 0; cell < tokens.Length; cell++)
        {
            tokens[cell] = (int)cells[cell];
        }

        return tokens;
    }

    private MazeCell[] ToCells(ReadOnlySpan<int> tokens)
    {
        if (tokens.Length != SequenceLength)
        {
            throw new PuzzleFormatException(
                FormattableString.Invariant($"expected {SequenceLength} tokens, got {tokens.Length}"), field: "tokens");
        }

        var cells = new MazeCell[tokens.Length];
        for (var cell = 0; cell < cells.Length; cell++)
        {
            cells[cell] = (uint)tokens[cell] < (uint)VocabularySize
                ? (MazeCell)tokens[cell]
                : throw new PuzzleFormatException(
                    FormattableString.Invariant($"expected a token of 0 to {VocabularySize - 1} in {Shape.NameOf(cell)}, got {tokens[cell]}"),
                    field: "tokens");
        }

        return cells;
    }

    private void Transform(Span<int> tokens, DihedralTransform transform)
    {
        var before = tokens.ToArray();
        transform.Apply(before, Shape.Rows, Shape.Columns, tokens);
    }

    private void RequireShape(MazeShape shape, string name)
    {
        if (shape != Shape)
        {
            throw new ArgumentException($"{name}: expected {Shape}, got {shape}", name);
        }
    }
}
