namespace Hrm.Training;

/// <summary>The reason why a training run stopped.</summary>
public enum StopReason
{
    /// <summary>All steps were taken.</summary>
    Completed,

    /// <summary>It was cancelled; there is a checkpoint of the last step.</summary>
    Cancelled,

    /// <summary>Too many evaluations in a row gave no better exact accuracy.</summary>
    NoBetterEvaluation,

    /// <summary>The training puzzles reached the accuracy of the options.</summary>
    TrainingAccuracyReached,
}

/// <summary>The result of a training run.</summary>
/// <param name="Reason">The reason why it stopped.</param>
/// <param name="Step">The total number of steps taken.</param>
/// <param name="Trained">The time spent in training steps, earlier sessions included.</param>
/// <param name="BestExactAccuracy">The best exact accuracy in evaluation, or <see langword="null"/> without one.</param>
/// <param name="BestStep">Its step. Its checkpoint is kept, if it could be saved: <see cref="CheckpointStore.PathOf"/>.</param>
public sealed record TrainingOutcome(StopReason Reason, long Step, TimeSpan Trained, double? BestExactAccuracy, long BestStep);
