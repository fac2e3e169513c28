using System.Text.Json.Serialization;

namespace Hrm.Training;

/// <summary>The contents of <c>dataset.json</c>, the metadata of a split.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record PuzzleDatasetMetadata
{
    public required int PadId { get; init; }

    /// <summary>The stored value of an ignored label; <see langword="null"/> if every label counts.</summary>
    public required int? IgnoreLabelId { get; init; }

    public required int BlankIdentifierId { get; init; }

    [JsonPropertyName("vocab_size")]
    public required int VocabularySize { get; init; }

    [JsonPropertyName("seq_len")]
    public required int SequenceLength { get; init; }

    [JsonPropertyName("num_puzzle_identifiers")]
    public required int PuzzleIdCount { get; init; }

    public required int TotalGroups { get; init; }

    public required double MeanPuzzleExamples { get; init; }

    public required IReadOnlyList<string> Sets { get; init; }
}
