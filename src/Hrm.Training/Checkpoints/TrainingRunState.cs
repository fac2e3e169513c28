namespace Hrm.Training;

/// <summary>The state of a run besides that of the trainer: its position in the data, metrics and counters.</summary>
public sealed record TrainingRunState
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

    /// <summary>The best exact accuracy in evaluation, or <see langword="null"/> before the first.</summary>
    public double? BestExactAccuracy { get; init; }

    /// <summary>The step of the best evaluation.</summary>
    public long BestStep { get; init; }

    /// <summary>The step of the best evaluation whose checkpoint was saved; that checkpoint is kept.</summary>
    public long? BestCheckpoint { get; init; }

    /// <summary>Evaluations since the best one.</summary>
    public int EvaluationsSinceBest { get; init; }

    /// <summary>The options of the run.</summary>
    public TrainingRunOptions? Options { get; init; }

    /// <summary>The number of rollbacks to a checkpoint after a divergence.</summary>
    public int Rollbacks { get; init; }
}
