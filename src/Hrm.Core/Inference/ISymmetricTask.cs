namespace Hrm.Core;

/// <summary>A task whose puzzles have symmetries, so that a model can be asked the same thing in several ways.</summary>
public interface ISymmetricTask : IPuzzleTask
{
    /// <summary>Draws a symmetry that fits every puzzle of the task.</summary>
    /// <param name="random">Where chance comes from.</param>
    IPuzzleSymmetry DrawSymmetry(Random random);
}

/// <summary>A change of a puzzle that keeps what it asks: the answer to the changed puzzle, changed back, answers the puzzle.</summary>
/// <remarks>For instance a rotation of a maze, or a relabelling of the digits of a Sudoku.</remarks>
public interface IPuzzleSymmetry
{
    /// <summary>Changes a puzzle.</summary>
    /// <param name="tokens">The tokens of the puzzle, seq_len.</param>
    /// <returns>The tokens of the changed puzzle, seq_len.</returns>
    int[] Apply(ReadOnlySpan<int> tokens);

    /// <summary>Changes an answer to the changed puzzle back. Never throws for tokens within the vocabulary: a model may predict any.</summary>
    /// <param name="answer">The tokens of the answer, seq_len.</param>
    /// <returns>The tokens of the answer to the puzzle itself, seq_len.</returns>
    int[] Undo(ReadOnlySpan<int> answer);
}
