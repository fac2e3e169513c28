namespace Hrm.Core;

/// <summary>Changes a training example into another valid one: a symmetry of the task, a hint, a relabelling.</summary>
/// <remarks>Called from one thread at a time.</remarks>
public interface IExampleAugmentation
{
    /// <summary>Changes an example in place.</summary>
    /// <param name="inputs">The tokens, seq_len.</param>
    /// <param name="labels">The labels, seq_len; <see cref="PuzzleBatch.IgnoredLabel"/> for tokens that do not count.</param>
    /// <param name="random">The random source: the same state gives the same change.</param>
    void Augment(Span<int> inputs, Span<int> labels, Random random);
}

/// <summary>
/// A task: puzzles as text and as tokens, their augmentation, and a check of answers that does not need the labels. Implement it to
/// train a model on puzzles of your own and to solve them.
/// </summary>
/// <remarks>Token 0 is padding. Implementations hold no state between calls; all but <see cref="IExampleAugmentation.Augment"/> can be called from several threads.</remarks>
public interface IPuzzleTask : IExampleAugmentation
{
    /// <summary>seq_len, the number of tokens of a puzzle.</summary>
    int SequenceLength { get; }

    /// <summary>V, the number of token values, padding included.</summary>
    int VocabularySize { get; }

    /// <summary>Reads a puzzle.</summary>
    /// <param name="text">The puzzle as text, for example one character per cell.</param>
    /// <returns>The tokens, seq_len.</returns>
    /// <exception cref="HrmException">The text is not a puzzle of this task; the message says what was expected and what came.</exception>
    int[] Parse(string text);

    /// <summary>Writes a puzzle or an answer as text. Never throws for tokens within the vocabulary, because a model may predict any of them.</summary>
    /// <param name="tokens">The tokens, seq_len.</param>
    string Format(ReadOnlySpan<int> tokens);

    /// <summary>Whether an answer solves a puzzle. Never throws for tokens within the vocabulary, because a model may predict any of them.</summary>
    /// <param name="inputs">The tokens of the puzzle, seq_len.</param>
    /// <param name="prediction">The tokens of the answer, seq_len.</param>
    bool IsSolution(ReadOnlySpan<int> inputs, ReadOnlySpan<int> prediction);
}

/// <summary>A training example: tokens and labels of the same length, and a puzzle id.</summary>
/// <param name="inputs">The tokens, seq_len; kept, not copied.</param>
/// <param name="labels">The labels, seq_len; kept, not copied.</param>
/// <param name="puzzleId">The puzzle id.</param>
public sealed class PuzzleExample(int[] inputs, int[] labels, int puzzleId = 0)
{
    /// <summary>The tokens, seq_len.</summary>
    public int[] Inputs { get; } = inputs ?? throw new ArgumentNullException(nameof(inputs));

    /// <summary>The labels, seq_len; <see cref="PuzzleBatch.IgnoredLabel"/> for tokens that do not count.</summary>
    public int[] Labels { get; } = labels ?? throw new ArgumentNullException(nameof(labels));

    /// <summary>The puzzle id.</summary>
    public int PuzzleId { get; } = puzzleId;
}

/// <summary>
/// A puzzle of a dataset with its variants; an epoch draws one of them. A variant is a list of examples with the same id: one
/// example for a Sudoku or a maze, the demonstration pairs for an ARC task.
/// </summary>
/// <param name="puzzles">The variants, each a list of examples with the same id; none is empty.</param>
public sealed class PuzzleGroup(IReadOnlyList<IReadOnlyList<PuzzleExample>> puzzles)
{
    /// <summary>The variants, each a list of examples with the same id.</summary>
    public IReadOnlyList<IReadOnlyList<PuzzleExample>> Puzzles { get; } = puzzles ?? throw new ArgumentNullException(nameof(puzzles));

    /// <summary>A group of one puzzle of one example.</summary>
    /// <param name="example">The example.</param>
    public static PuzzleGroup Of(PuzzleExample example)
    {
        ArgumentNullException.ThrowIfNull(example);
        return new PuzzleGroup([[example]]);
    }

    /// <summary>A group of variants of one example each: a puzzle and its augmentations.</summary>
    /// <param name="variants">The examples.</param>
    public static PuzzleGroup Of(IEnumerable<PuzzleExample> variants)
    {
        ArgumentNullException.ThrowIfNull(variants);
        return new PuzzleGroup([.. variants.Select(variant => (IReadOnlyList<PuzzleExample>)[variant])]);
    }

    /// <summary>A group of an example and random variants of it.</summary>
    /// <param name="example">The example, the first of the group.</param>
    /// <param name="augmentation">Makes a variant; for example the task.</param>
    /// <param name="variants">The number of variants; some may be equal.</param>
    /// <param name="random">The random source.</param>
    public static PuzzleGroup Augmented(PuzzleExample example, IExampleAugmentation augmentation, int variants, Random random)
    {
        ArgumentNullException.ThrowIfNull(example);
        ArgumentNullException.ThrowIfNull(augmentation);
        ArgumentOutOfRangeException.ThrowIfNegative(variants);
        ArgumentNullException.ThrowIfNull(random);
        return Of(Enumerable.Range(0, variants).Select(_ => Vary()).Prepend(example));

        PuzzleExample Vary()
        {
            int[] inputs = [.. example.Inputs];
            int[] labels = [.. example.Labels];
            augmentation.Augment(inputs, labels, random);
            return new PuzzleExample(inputs, labels, example.PuzzleId);
        }
    }
}

/// <summary>A task whose puzzles have symmetries, so that a model can solve several variants of one puzzle.</summary>
public interface ISymmetricTask : IPuzzleTask
{
    /// <summary>Draws a symmetry that is valid for every puzzle of the task.</summary>
    /// <param name="random">The random source.</param>
    IPuzzleSymmetry DrawSymmetry(Random random);
}

/// <summary>A task whose answers fill the blanks of a puzzle and keep its other tokens, so that a partial answer is a puzzle too.</summary>
/// <remarks>
/// A <see cref="ThinkingSolver"/> can search the partial answers of such a task (<see cref="ThinkingOptions.Evaluations"/>). Sudoku is
/// one. A maze is not: its answer marks a path over cells that are not blank.
/// </remarks>
public interface ISearchableTask : IPuzzleTask
{
    /// <summary>Whether a token is a blank.</summary>
    /// <param name="token">A token of a puzzle or of a partial answer.</param>
    bool IsBlank(int token);

    /// <summary>Lists the tokens that each blank of a partial answer can hold. By default every token that is not a blank, except 0 (padding).</summary>
    /// <remarks>
    /// A token that is not listed is never tried, so list every token that a solution may need. The fewer are listed, the shorter the
    /// search: blanks with one candidate are filled, all at once, and a partial answer that has a blank without candidates is dropped.
    /// </remarks>
    /// <param name="partial">The tokens of the puzzle with some blanks filled, seq_len.</param>
    /// <returns>The candidates of each token, seq_len; only those of blanks are read.</returns>
    IReadOnlyList<IReadOnlyList<int>> FindCandidates(ReadOnlySpan<int> partial)
    {
        int[] all = [.. Enumerable.Range(1, VocabularySize - 1).Where(token => !IsBlank(token))];
        return Enumerable.Repeat(all, partial.Length).ToArray();
    }
}

/// <summary>A symmetry of puzzles: the answer to the transformed puzzle, transformed back, answers the original.</summary>
/// <remarks>For instance a rotation of a maze, or a relabelling of the digits of a Sudoku.</remarks>
public interface IPuzzleSymmetry
{
    /// <summary>Transforms the tokens of a puzzle.</summary>
    /// <param name="tokens">[seq_len].</param>
    int[] Apply(ReadOnlySpan<int> tokens);

    /// <summary>Transforms the tokens of an answer back. Never throws for tokens within the vocabulary: a model may predict any of them.</summary>
    /// <param name="answer">[seq_len].</param>
    int[] Undo(ReadOnlySpan<int> answer);
}
