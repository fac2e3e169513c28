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
    /// <summary>Transforms the tokens of a puzzle.</summary>
    /// <param name="tokens">[seq_len].</param>
    int[] Apply(ReadOnlySpan<int> tokens);

    /// <summary>Transforms the tokens of an answer back. Never throws for tokens within the vocabulary: a model may predict any of them.</summary>
    /// <param name="answer">[seq_len].</param>
    int[] Undo(ReadOnlySpan<int> answer);
}
