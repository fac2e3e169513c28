using Hrm.Layers.Kernels;

namespace Hrm.Training;

/// <summary>The options of a training in an application.</summary>
public sealed class TrainingServiceOptions : IValidatedOptions
{
    /// <summary>The folder of the training, with <c>checkpoints</c> and <c>models</c>; created if it is missing. Required.</summary>
    public string Folder { get; set; } = string.Empty;

    /// <summary>The device of the training: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>, <c>mps</c>. Default <c>cpu</c>.</summary>
    public string Device { get; set; } = "cpu";

    /// <summary>The number of libtorch's threads for the training; 0 for libtorch's own, which is all cores. Default 0.</summary>
    public int Threads { get; set; }

    /// <summary>The seed of the generator that draws weights and exploration. Default 1.</summary>
    public long Seed { get; set; } = 1;

    /// <summary>The number of newest checkpoints to keep, besides the best one; at least 1. Default 3.</summary>
    public int KeepCheckpoints { get; set; } = 3;

    /// <summary>The number of newest models to keep, besides the one that was announced last; at least 1. Default 3.</summary>
    public int KeepModels { get; set; } = 3;

    /// <summary>
    /// Whether a failure leaves the service, so that the host applies its <c>BackgroundServiceExceptionBehavior</c>: by default it stops.
    /// Default <see langword="false"/>: the failure is logged.
    /// </summary>
    public bool StopHostOnFailure { get; set; }

    /// <summary>The settings of the trainer.</summary>
    public TrainerOptions Trainer { get; set; } = new();

    /// <summary>The settings of sampling.</summary>
    public TrainingStreamOptions Stream { get; set; } = new();

    /// <summary>Intervals and limits.</summary>
    public TrainingRunOptions Run { get; set; } = new();

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules()
        .Check(nameof(Folder), $"'{Folder}'", !string.IsNullOrEmpty(Folder), "the path of a folder")
        .Device(nameof(Device), Device)
        .Between(nameof(Threads), Threads, 0, ReplicaGroup.MostReplicas)
        .Between(nameof(KeepCheckpoints), KeepCheckpoints, 1, int.MaxValue)
        .Between(nameof(KeepModels), KeepModels, 1, int.MaxValue)
        .Nested(nameof(Trainer), Trainer)
        .Nested(nameof(Stream), Stream)
        .Nested(nameof(Run), Run)
        .Errors;
}

/// <summary>The model and the data of a training in an application.</summary>
public sealed class TrainingSetup
{
    /// <summary>Creates the model; the training moves it to its device and owns it. The generator draws the weights.</summary>
    public required Func<torch.Generator, HrmModel> CreateModel { get; init; }

    /// <summary>The examples. The application owns the dataset.</summary>
    public required IPuzzleDataset Dataset { get; init; }

    /// <summary>Changes each example after reading, on another thread; <see langword="null"/> for none.</summary>
    public IExampleAugmentation? Augmentation { get; init; }

    /// <summary>Creates the trainer, which the training owns: for losses or an optimizer of your own. By default a <see cref="HrmTrainer"/>.</summary>
    public Func<HrmModel, TrainerOptions, torch.Generator, HrmTrainer> CreateTrainer { get; init; } = (model, options, generator) => new HrmTrainer(model, options, generator);

    /// <inheritdoc cref="TrainingRun.Evaluate"/>
    public Func<HrmModel, CancellationToken, MetricAverages>? Evaluate { get; init; }

    /// <summary>
    /// Gets the folder of each saved model when it is complete, and at the start the newest one, if there is any. The training waits for
    /// it, and does not delete that folder before it has got another one. An exception is logged; training continues.
    /// </summary>
    public Func<string, CancellationToken, Task>? ModelSaved { get; init; }
}
