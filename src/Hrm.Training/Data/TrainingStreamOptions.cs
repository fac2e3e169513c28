using Hrm.Core;

namespace Hrm.Training;

/// <summary>Settings of sampling training batches.</summary>
public sealed class TrainingStreamOptions : IValidatedOptions
{
    /// <summary>The number of epochs in one stream of the sampler; its last, unfilled batch is dropped. Default 10.</summary>
    public int EpochsPerIteration { get; set; } = 10;

    /// <summary>The seed of sampling and augmentation. Default 1.</summary>
    public long Seed { get; set; } = 1;

    /// <summary>
    /// The number of batches that a background thread prepares; with 0 each is made on request. The batches and their order do not
    /// depend on it. Default 2.
    /// </summary>
    public int PrefetchBatches { get; set; } = 2;

    /// <summary>The rank of this process among those that train together, from 0. Default 0.</summary>
    public int Rank { get; set; }

    /// <summary>
    /// W, the number of processes that train together. Each reads B/W rows of every batch; batches and their order do not depend on W.
    /// Default 1.
    /// </summary>
    public int WorldSize { get; set; } = 1;

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules()
        .Between(nameof(EpochsPerIteration), EpochsPerIteration, 1, int.MaxValue)
        .Between(nameof(PrefetchBatches), PrefetchBatches, 0, 1024)
        .Between(nameof(WorldSize), WorldSize, 1, int.MaxValue)
        .Between(nameof(Rank), Rank, 0, Math.Max(WorldSize, 1) - 1)
        .Errors;
}
