using Hrm.Core;
using TorchSharp;

namespace Hrm.Benchmarks.Workloads;

/// <summary>Batches of random tokens, labels and ids, for what does not depend on their values.</summary>
internal static class RandomBatches
{
    private const long Seed = 20;

    /// <summary>Draws batches; the caller disposes them.</summary>
    public static IReadOnlyList<PuzzleBatch> Create(HrmConfig config, int rows, int count, torch.Device device)
    {
        var random = new StatefulRandom(Seed);
        return [.. Enumerable.Range(0, count).Select(_ => PuzzleBatch.Create(
            Draw(rows * config.SequenceLength, config.VocabularySize),
            Draw(rows * config.SequenceLength, config.VocabularySize),
            Draw(rows, config.PuzzleIdCount),
            config.SequenceLength,
            device))];

        int[] Draw(int length, int below) => [.. Enumerable.Range(0, length).Select(_ => random.Next(below))];
    }
}
