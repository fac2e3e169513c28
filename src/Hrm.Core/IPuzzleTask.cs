namespace Hrm.Core;

/// <summary>
/// A task as a model sees it: sequences of tokens that can be varied, and answers that can be checked without knowing the right
/// one. <see cref="IPuzzleTask{TQuestion, TAnswer}"/> adds the types that a program works with.
/// </summary>
/// <remarks>Token 0 is padding. Implementations hold no state between calls.</remarks>
public interface IPuzzleTask : IExampleAugmentation
{
    /// <summary>The number of tokens of a puzzle.</summary>
    int SequenceLength { get; }

    /// <summary>V, the number of token values, padding included.</summary>
    int VocabularySize { get; }

    /// <summary>Whether an answer solves a puzzle. Never throws for tokens within the vocabulary: a model may predict any.</summary>
    /// <param name="inputs">The tokens of the puzzle, seq_len.</param>
    /// <param name="prediction">The tokens of the answer, seq_len.</param>
    bool IsSolution(ReadOnlySpan<int> inputs, ReadOnlySpan<int> prediction);
}

/// <summary>A task with the types of its questions and answers. Implement it to train on puzzles of your own.</summary>
/// <typeparam name="TQuestion">What is asked.</typeparam>
/// <typeparam name="TAnswer">What answers it.</typeparam>
public interface IPuzzleTask<TQuestion, TAnswer> : IPuzzleTask
{
    /// <summary>Encodes a question.</summary>
    /// <param name="question">The question.</param>
    /// <returns>seq_len tokens.</returns>
    int[] Encode(TQuestion question);

    /// <summary>Encodes an answer as labels.</summary>
    /// <param name="answer">The answer.</param>
    /// <returns>seq_len labels; <see cref="PuzzleBatch.IgnoredLabel"/> where a token does not count.</returns>
    int[] EncodeAnswer(TAnswer answer);

    /// <summary>Reads an answer off the tokens that a model predicts.</summary>
    /// <param name="prediction">seq_len tokens.</param>
    TAnswer Decode(ReadOnlySpan<int> prediction);
}
