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
