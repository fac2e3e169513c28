namespace Hrm.Training;

/// <summary>The state of a run besides the tensors of the trainer: position in the data, metrics and counters.</summary>
internal sealed record TrainingRunState
{
    /// <summary>The position of the next batch.</summary>
    public SamplerPosition Position { get; init; }

    /// <summary>The positions of batches that are skipped.</summary>
    public IReadOnlyList<SamplerPosition> Skipped
    {
        get;
        init => field = value ?? []; // Generated JSON code sets null if the key is missing.
    } = [];

    /// <summary>The time spent in training steps.</summary>
    public TimeSpan Trained { get; init; }

    /// <summary>The sums of the metrics since the last report.</summary>
    public MetricSums Sums { get; init; }

    /// <summary>The time spent in training steps up to the last report.</summary>
    public TimeSpan Reported { get; init; }

    /// <summary>The steps since the last report.</summary>
    public long SumSteps { get; init; }

    /// <summary>The mean exact accuracy in training of the last report; 0 before the first.</summary>
    public double TrainingExactAccuracy { get; init; }

    /// <summary>The step of the last evaluation; 0 before the first.</summary>
    public long EvaluatedStep { get; init; }

    public double? BestExactAccuracy { get; init; }

    public long BestStep { get; init; }

    /// <summary>The step of the best evaluation whose checkpoint was saved; that checkpoint is kept.</summary>
    public long? BestCheckpoint { get; init; }

    public int EvaluationsSinceBest { get; init; }

    public TrainingRunOptions? Options { get; init; }

    /// <summary>The number of rollbacks to a checkpoint after a divergence.</summary>
    public int Rollbacks { get; init; }
}
