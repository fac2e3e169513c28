namespace Hrm.Training;

/// <summary>Examples, ordered by puzzle and group as in the authors' datasets.</summary>
/// <remarks>
/// A group holds the augmentations of one puzzle; a puzzle holds examples that share an id. Offsets are prefix sums:
/// puzzle p has the examples <c>PuzzleOffsets[p] … PuzzleOffsets[p + 1] - 1</c>, group g the puzzles
/// <c>GroupOffsets[g] … GroupOffsets[g + 1] - 1</c>.
/// </remarks>
public interface IPuzzleDataset
{
    /// <summary>The number of tokens per example.</summary>
    int SequenceLength { get; }

    /// <summary>V, the number of token values.</summary>
    int VocabularySize { get; }

    /// <summary>The number of puzzle ids.</summary>
    int PuzzleIdCount { get; }

    /// <summary>The number of examples.</summary>
    int ExampleCount { get; }

    /// <summary>The first example of each puzzle, and the number of examples.</summary>
    IReadOnlyList<int> PuzzleOffsets { get; }

    /// <summary>The first puzzle of each group, and the number of puzzles.</summary>
    IReadOnlyList<int> GroupOffsets { get; }

    /// <summary>The id of each puzzle.</summary>
    IReadOnlyList<int> PuzzleIds { get; }

    /// <summary>Copies an example.</summary>
    /// <param name="example">Its index.</param>
    /// <param name="inputs">Receives the tokens, seq_len.</param>
    /// <param name="labels">Receives the labels, seq_len; <see cref="Core.PuzzleBatch.IgnoredLabel"/> for a token without a label.</param>
    void Read(int example, Span<int> inputs, Span<int> labels);
}
