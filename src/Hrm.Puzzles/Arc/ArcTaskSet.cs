namespace Hrm.Puzzles;

/// <summary>Tasks that play one part in a dataset.</summary>
/// <param name="Tasks">The tasks.</param>
/// <param name="IsEvaluation">
/// Whether the test pairs are what a model is measured by. Then they go to the test split, and the demonstrations to the train
/// split; otherwise every pair goes to the train split.
/// </param>
public sealed record ArcTaskSet(IReadOnlyList<ArcTask> Tasks, bool IsEvaluation);
