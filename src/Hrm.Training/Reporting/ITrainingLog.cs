namespace Hrm.Training;

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
