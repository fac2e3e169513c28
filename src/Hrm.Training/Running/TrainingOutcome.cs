namespace Hrm.Training;

/// <summary>How a training run ended.</summary>
/// <param name="Reason">Why it stopped.</param>
/// <param name="Step">The number of steps taken in all.</param>
/// <param name="Trained">The time spent in training steps, earlier sessions included.</param>
/// <param name="BestExactAccuracy">The best exact accuracy in evaluation, or <see langword="null"/> without one.</param>
/// <param name="BestStep">Its step; its checkpoint is kept, where it could be saved: <see cref="CheckpointStore.PathOf"/>.</param>
public sealed record TrainingOutcome(StopReason Reason, long Step, TimeSpan Trained, double? BestExactAccuracy, long BestStep);
