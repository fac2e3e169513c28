namespace Hrm.Training;

/// <summary>Keeps what a training run reports: a file of JSON lines, TensorBoard, a log of your own.</summary>
public interface ITrainingLog
{
    /// <summary>Takes a report.</summary>
    /// <param name="report">The report.</param>
    /// <exception cref="HrmException">It could not be kept; the run logs that, and trains on.</exception>
    void Write(TrainingReport report);

    /// <summary>The run goes on from an earlier step: reports of later ones are no longer true.</summary>
    /// <param name="step">The step it goes on from.</param>
    /// <exception cref="HrmException">The log could not be changed; the run logs that, and trains on.</exception>
    void Rewind(long step);
}
