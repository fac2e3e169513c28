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
    };
}
