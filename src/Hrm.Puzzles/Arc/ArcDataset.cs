using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// A dataset of ARC tasks: which task has which augmentations and ids. The examples are made while the splits are read, a task at a
/// time, and are the same each time.
/// </summary>
/// <remarks>Immutable; several threads may read it. <see cref="ArcDatasetBuilder"/> makes one.</remarks>
public sealed class ArcDataset
{
    private readonly IReadOnlyList<ArcVariants> _tasks;
    private readonly bool _translations;

    internal ArcDataset(IReadOnlyList<ArcVariants> tasks, bool translations)
    {
        _tasks = tasks;
        _translations = translations;
        Identifiers = new ArcIdentifiers(tasks);
        EvaluationTasks = [.. tasks.Where(task => task.IsEvaluation).Select(task => task.Task)];
    }

    /// <summary>
    /// The text of each puzzle id (<see cref="ArcPuzzleId"/>); the first is <see cref="ArcPuzzleId.Blank"/>. The variants of a task
    /// have consecutive ids, the task itself first, and both splits have the same ids.
    /// </summary>
    public IReadOnlyList<string> Identifiers { get; }

    /// <summary>The tasks whose test pairs are the test split, in its order.</summary>
    public IReadOnlyList<ArcTask> EvaluationTasks { get; }

    /// <summary>
    /// The train split: a group for every task, a puzzle for each of its variants, an example for each pair (of an evaluation task,
    /// its demonstrations; of another, the demonstrations and then the test pairs).
    /// </summary>
    public IEnumerable<PuzzleGroup> Train => _tasks.Select(task => task.ToTrainGroup(_translations));

    /// <summary>
    /// The test split: a group for every evaluation task, a puzzle for each of its variants, an example for each test pair, at the
    /// origin of the canvas. Where an output is unknown, every label is ignored.
    /// </summary>
    public IEnumerable<PuzzleGroup> Test => _tasks.Where(task => task.IsEvaluation).Select(task => task.ToTestGroup());
}
