namespace Hrm.Core;

/// <summary>A task whose puzzles have symmetries, so that a model can solve several variants of one puzzle.</summary>
public interface ISymmetricTask : IPuzzleTask
{
    /// <summary>Draws a symmetry that is valid for every puzzle of the task.</summary>
    /// <param name="random">The random source.</param>
    IPuzzleSymmetry DrawSymmetry(Random random);
}

/// <summary>A symmetry of puzzles: the answer to the transformed puzzle, transformed back, answers the original.</summary>
/// <remarks>For instance a rotation of a maze, or a relabelling of the digits of a Sudoku.</remarks>
public interface IPuzzleSymmetry
{
    /// <summary>Transforms a puzzle.</summary>
    /// <param name="tokens">The tokens of the puzzle, seq_len.</param>
    /// <returns>The tokens of the transformed puzzle, seq_len.</returns>
    int[] Apply(ReadOnlySpan<int> tokens);

    /// <summary>Transforms an answer back. Never throws for tokens within the vocabulary, because a model may predict any of them.</summary>
    /// <param name="answer">The tokens of the answer, seq_len.</param>
    /// <returns>The tokens of the answer to the original puzzle, seq_len.</returns>
    int[] Undo(ReadOnlySpan<int> answer);
}
