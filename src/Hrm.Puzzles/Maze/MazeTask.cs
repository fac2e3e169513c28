using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Mazes as a task of a model: encodes, augments, decodes and checks them. The authors' encoding is 0 padding, 1 wall, 2 free, 3 start,
/// 4 goal, 5 path; one token per cell, row by row. A 30×30 maze has 900 tokens of a vocabulary of 6.
/// </summary>
/// <remarks>
/// <see cref="Apply"/> applies a random rotation or reflection to question and answer. The result is still a shortest path, but not
/// always the one that <see cref="MazePathFinder"/> finds. The paper trains on Maze-Hard without augmentation.
/// </remarks>
public sealed class MazeTask : IPuzzleTask<MazeGrid, MazeAnswer>, ISymmetricTask
{
    private readonly DihedralTransform[] _symmetries;

    /// <summary>Creates the task of a shape.</summary>
    /// <param name="shape">The shape of the mazes.</param>
    /// <param name="symmetries">Whether <see cref="Apply"/> draws a symmetry of the shape; otherwise it changes nothing.</param>
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
    /// <returns>One token per cell.</returns>
    /// <exception cref="ArgumentException">The maze has another shape.</exception>
    public int[] Encode(MazeGrid question)
    {
        ArgumentNullException.ThrowIfNull(question);
        RequireShape(question.Shape, nameof(question));
        return Tokens(question.ToCells());
    }

    /// <summary>Encodes an answer as labels; every cell counts.</summary>
    /// <param name="answer">The answer.</param>
    /// <returns>One token per cell; <see cref="PuzzleBatch.IgnoredLabel"/> for padding.</returns>
    /// <exception cref="ArgumentException">The answer has another shape.</exception>
    public int[] EncodeAnswer(MazeAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        RequireShape(answer.Shape, nameof(answer));
        var labels = Tokens(answer.Cells.ToArray());
        labels.AsSpan().Replace((int)MazeCell.Padding, PuzzleBatch.IgnoredLabel);
        return labels;
    }

    /// <summary>Encodes a puzzle as a training example.</summary>
    /// <param name="puzzle">The puzzle.</param>
    /// <exception cref="ArgumentException">The puzzle has another shape.</exception>
    public PuzzleExample ToExample(MazePuzzle puzzle)
    {
        ArgumentNullException.ThrowIfNull(puzzle);
        return new PuzzleExample(Encode(puzzle.Question), EncodeAnswer(puzzle.Answer));
    }

    /// <summary>Decodes a prediction, which can be any tokens of the vocabulary.</summary>
    /// <param name="prediction">One token per cell.</param>
    /// <exception cref="PuzzleFormatException">The number of tokens is wrong, or a token is outside the vocabulary; the message names the cell.</exception>
    public MazeAnswer Decode(ReadOnlySpan<int> prediction) => new(Shape, ToCells(prediction));

    /// <summary>Decodes the tokens of a question.</summary>
    /// <param name="inputs">One token per cell.</param>
    /// <exception cref="PuzzleFormatException">The number of tokens is wrong, a token is not valid in a question, or there is not exactly one start and one goal.</exception>
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

    /// <summary>Applies one random symmetry to the tokens and labels in place, each symmetry equally likely.</summary>
    /// <param name="inputs">The tokens of the question, one per cell.</param>
    /// <param name="labels">The labels, one per cell.</param>
    /// <param name="random">The random source.</param>
    /// <exception cref="ArgumentException">A span does not have one entry per cell.</exception>
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

        var symmetry = new TokenSymmetry(Shape, _symmetries[random.Next(_symmetries.Length)]);
        symmetry.Apply(inputs).CopyTo(inputs);
        symmetry.Apply(labels).CopyTo(labels);
    }

    /// <summary>Whether a prediction is a shortest path through a maze; any shortest path is right.</summary>
    /// <param name="inputs">The tokens of the maze; if they are not a maze, as in a row of padding, there is no solution.</param>
    /// <param name="prediction">The tokens of the answer.</param>
    /// <exception cref="PuzzleFormatException">The number of tokens is wrong, or a token is outside the vocabulary; the message names the cell.</exception>
    public bool IsSolution(ReadOnlySpan<int> inputs, ReadOnlySpan<int> prediction)
    {
        var answer = Decode(prediction);
        var question = ToCells(inputs);
        return question.Count(cell => cell == MazeCell.Start) == 1
            && question.Count(cell => cell == MazeCell.Goal) == 1
            && !question.AsSpan().ContainsAny(MazeCell.Padding, MazeCell.Path)
            && MazeChecker.IsSolution(MazeGrid.FromCells(question, Shape), answer);
    }

    /// <summary>Draws a rotation or reflection that keeps the shape, each equally likely, even if <see cref="Apply"/> changes nothing.</summary>
    /// <param name="random">The random source.</param>
    public IPuzzleSymmetry DrawSymmetry(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        DihedralTransform[] all = [.. Shape.Symmetries];
        return new TokenSymmetry(Shape, all[random.Next(all.Length)]);
    }

    /// <summary>Applies a symmetry of the shape to an example.</summary>
    internal PuzzleExample Transform(PuzzleExample example, DihedralTransform symmetry)
    {
        var change = new TokenSymmetry(Shape, symmetry);
        return new PuzzleExample(change.Apply(example.Inputs), change.Apply(example.Labels));
    }

    private static int[] Tokens(MazeCell[] cells) => Array.ConvertAll(cells, cell => (int)cell);

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

    private void RequireShape(MazeShape shape, string name)
    {
        if (shape != Shape)
        {
            throw new ArgumentException($"{name}: expected {Shape}, got {shape}", name);
        }
    }

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
