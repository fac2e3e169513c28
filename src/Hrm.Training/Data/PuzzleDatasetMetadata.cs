using System.Text.Json.Serialization;

namespace Hrm.Training;

/// <summary>The contents of <c>dataset.json</c>, the metadata of a split.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record PuzzleDatasetMetadata
{
    /// <summary>The padding token.</summary>
    public required int PadId { get; init; }

    /// <summary>The stored value of an ignored label; <see langword="null"/> if every label counts.</summary>
    public required int? IgnoreLabelId { get; init; }

    /// <summary>The id of no puzzle.</summary>
    public required int BlankIdentifierId { get; init; }

    /// <summary>V, the number of token values.</summary>
    [JsonPropertyName("vocab_size")]
    public required int VocabularySize { get; init; }

    /// <summary>The number of tokens per example.</summary>
    [JsonPropertyName("seq_len")]
    public required int SequenceLength { get; init; }

    /// <summary>The number of puzzle ids.</summary>
    [JsonPropertyName("num_puzzle_identifiers")]
    public required int PuzzleIdCount { get; init; }

    /// <summary>The number of groups in all sets.</summary>
    public required int TotalGroups { get; init; }

    /// <summary>The mean number of examples per puzzle in all sets.</summary>
    public required double MeanPuzzleExamples { get; init; }

    /// <summary>The names of the sets, in order.</summary>
    public required IReadOnlyList<string> Sets { get; init; }
}
