using System.Text.Json.Serialization;

namespace Hrm.Training;

/// <summary>What tells one training's data from another's at a glance.</summary>
internal sealed record DatasetIdentity
{
    public int Examples { get; init; }

    public int Puzzles { get; init; }

    public int Groups { get; init; }

    public int SequenceLength { get; init; }

    public int VocabularySize { get; init; }

    public int BatchSize { get; init; }

    public int EpochsPerIteration { get; init; }

    public long Seed { get; init; }

    /// <summary>The SHA-256 of the identifiers; <see langword="null"/> if the dataset does not name its ids.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? IdentifiersHash { get; init; }

    public static DatasetIdentity Of(TrainingStream stream) => new()
    {
        Examples = stream.Dataset.ExampleCount,
        Puzzles = stream.Dataset.PuzzleOffsets.Count - 1,
        Groups = stream.Dataset.GroupOffsets.Count - 1,
        SequenceLength = stream.Dataset.SequenceLength,
        VocabularySize = stream.Dataset.VocabularySize,
        BatchSize = stream.BatchSize,
        EpochsPerIteration = stream.Options.EpochsPerIteration,
        Seed = stream.Options.Seed,
        IdentifiersHash = (stream.Dataset as PuzzleDatasetFolder)?.IdentifiersHash,
    };

    /// <summary>Refuses to continue a training on puzzles whose ids have another meaning.</summary>
    /// <param name="path">The checkpoint.</param>
    /// <param name="saved">The identity of the data that it was trained on.</param>
    /// <exception cref="CheckpointException">The ids mean other puzzles.</exception>
    public void RequireSameIds(string path, DatasetIdentity? saved)
    {
        if (saved?.IdentifiersHash is { } expected && expected != IdentifiersHash)
        {
            throw new CheckpointException(
                path, $"puzzle ids: expected the dataset that it was trained on, whose identifiers.json has the SHA-256 {expected}, got {IdentifiersHash ?? "a dataset without that file"}");
        }
    }
}
