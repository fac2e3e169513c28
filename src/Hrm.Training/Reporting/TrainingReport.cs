namespace Hrm.Training;

/// <summary>The source of a report's metrics.</summary>
public enum ReportKind
{
    /// <summary>The training steps since the last report.</summary>
    Training,

    /// <summary>An evaluation.</summary>
    Evaluation,
}

/// <summary>A report of a training run: the metrics of some steps, or of an evaluation.</summary>
/// <param name="Kind">The source of the metrics.</param>
/// <param name="Step">The number of steps taken.</param>
/// <param name="TotalSteps">The number of steps of the whole run.</param>
/// <param name="Trained">The time spent in training steps, earlier sessions included.</param>
/// <param name="Metrics">The averages.</param>
/// <param name="LearningRate">The learning rate of the last step.</param>
public sealed record TrainingReport(
    ReportKind Kind,
    long Step,
    long TotalSteps,
    TimeSpan Trained,
    MetricAverages Metrics,
    double LearningRate)
{
    /// <summary>Steps per second since the last report of training; 0 in an evaluation.</summary>
    public double StepsPerSecond { get; init; }

    /// <summary>Segments (rows times steps) per second since the last report of training; 0 in an evaluation.</summary>
    public double SegmentsPerSecond { get; init; }

    /// <summary>The norm of the last gradient before clipping, if it was measured.</summary>
    public double? GradientNorm { get; init; }

    /// <summary>The estimated time of the remaining steps, at the speed so far; at most <see cref="TimeSpan.MaxValue"/>.</summary>
    public TimeSpan TimeLeft
    {
        get
        {
            var ticks = Step == 0 ? 0 : (double)Trained.Ticks / Step * (TotalSteps - Step);
            return ticks < TimeSpan.MaxValue.Ticks ? TimeSpan.FromTicks((long)ticks) : TimeSpan.MaxValue;
        }
    }
}

/// <summary>Stores the reports of a training run: a file of JSON lines, TensorBoard, or a log of your own.</summary>
public interface ITrainingLog
{
    /// <summary>Stores a report.</summary>
    /// <param name="report">The report.</param>
    /// <exception cref="HrmException">It could not be stored; the run logs this and continues.</exception>
    void Write(TrainingReport report);

    /// <summary>Drops reports of steps after the one from which the run resumes.</summary>
    /// <param name="step">The step from which the run resumes.</param>
    /// <exception cref="HrmException">The log could not be changed; the run logs this and continues.</exception>
    void Rewind(long step);
}
