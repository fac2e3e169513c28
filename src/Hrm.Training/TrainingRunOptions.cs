namespace Hrm.Training;

/// <summary>Intervals and limits of a long training, in steps; only <see cref="CheckpointTime"/> is a time.</summary>
public sealed class TrainingRunOptions : IValidatedOptions
{
    /// <summary>Steps between two reports; reading the metrics waits for the device. At least 1. Default 50.</summary>
    public long ReportInterval { get; set; } = 50;

    /// <summary>Steps between two evaluations; there is one more when the run stops. 0 for none. Default 0.</summary>
    public long EvaluationInterval { get; set; }

    /// <summary>Steps between two checkpoints; there is one more at the start, after each evaluation and at the end. At least 1. Default 500.</summary>
    public long CheckpointInterval { get; set; } = 500;

    /// <summary>
    /// Time since the last checkpoint after which there is one more; the next checkpoint replaces it. After a checkpoint that took t to save, at
    /// least 20 t. Not in a process group, whose ranks would save different steps. Zero for none. Default one minute.
    /// </summary>
    public TimeSpan CheckpointTime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The number of evaluations in a row without a better exact accuracy after which the run stops; 0 for no limit. Default 0.</summary>
    public int Patience { get; set; }

    /// <summary>
    /// The exact accuracy in training, averaged over a report, at which the run stops. Training beyond all right answers is
    /// known to destabilise the Q values. Above 0 … 1; 0 for never. Default 0.
    /// </summary>
    public double StopAtTrainingAccuracy { get; set; }

    /// <summary>
    /// The number of times a run may return to its last checkpoint and skip the batch at which loss or gradient was not
    /// finite; after that it stops. Default 0.
    /// </summary>
    public int MaxRollbacks { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules()
        .Between(nameof(ReportInterval), ReportInterval, 1, long.MaxValue)
        .Between(nameof(EvaluationInterval), EvaluationInterval, 0, long.MaxValue)
        .Between(nameof(CheckpointInterval), CheckpointInterval, 1, long.MaxValue)
        .Check(nameof(CheckpointTime), CheckpointTime, CheckpointTime >= TimeSpan.Zero, "a time of at least zero")
        .Between(nameof(Patience), Patience, 0, int.MaxValue)
        .Between(nameof(StopAtTrainingAccuracy), StopAtTrainingAccuracy, 0, 1)
        .Between(nameof(MaxRollbacks), MaxRollbacks, 0, int.MaxValue)
        .Errors;
}
