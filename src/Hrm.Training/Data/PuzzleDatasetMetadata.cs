namespace Hrm.Training;

/// <summary>What <c>dataset.json</c> says of a split.</summary>
public sealed record PuzzleDatasetMetadata
{
    /// <summary>The token of padding.</summary>
    public required int PadId { get; init; }

    /// <summary>The label that stands for "does not count" in the files; <see langword="null"/> where every label counts.</summary>
    public required int? IgnoreLabelId { get; init; }

    /// <summary>The id of no puzzle.</summary>
    public required int BlankIdentifierId { get; init; }

    /// <summary>V, the number of token values.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>The number of tokens of an example.</summary>
    public required int SequenceLength { get; init; }

    /// <summary>The number of puzzle ids.</summary>
    public required int PuzzleIdCount { get; init; }

    /// <summary>The number of groups of all sets.</summary>
    public required int TotalGroups { get; init; }

    /// <summary>The number of examples of all sets over that of their puzzles.</summary>
    public required double MeanPuzzleExamples { get; init; }

    /// <summary>The names of the sets, in order.</summary>
    public required IReadOnlyList<string> Sets { get; init; }
}
