using System.Collections;
using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Dataset of ARC tasks with their augmentations and puzzle ids, made by <see cref="ArcDatasetBuilder"/>. The splits create their
/// examples lazily, one task at a time, and are the same at each enumeration.
/// </summary>
/// <remarks>Immutable and thread-safe.</remarks>
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
    /// The train split: one group per task, one puzzle per variant, one example per demonstration. In a set that is not for evaluation
    /// the test pairs follow as examples.
    /// </summary>
    public IEnumerable<PuzzleGroup> Train => _tasks.Select(task => task.ToTrainGroup(_translations));

    /// <summary>
    /// The test split: one group per evaluation task, one puzzle per variant, one example per test pair, at the origin of the canvas. If
    /// an output is unknown, every label is ignored.
    /// </summary>
    public IEnumerable<PuzzleGroup> Test => _tasks.Where(task => task.IsEvaluation).Select(task => task.ToTestGroup());
}

/// <summary>Task of a dataset with its augmentations and their ids.</summary>
/// <param name="Task">The task.</param>
/// <param name="IsEvaluation">Whether its test pairs go to the test split.</param>
/// <param name="Augmentations">The variants, the identity first.</param>
/// <param name="FirstId">The id of the first variant; the others follow.</param>
/// <param name="Chance">The random source of the positions in the train split.</param>
internal sealed record ArcVariants(ArcTask Task, bool IsEvaluation, IReadOnlyList<ArcAugmentation> Augmentations, int FirstId, StatefulRandom Chance)
{
    /// <summary>The pairs of the train split.</summary>
    public IReadOnlyList<ArcPair> TrainPairs { get; } = IsEvaluation ? Task.Train : [.. Task.Train, .. Task.Test];

    /// <summary>Creates the group of the train split.</summary>
    /// <param name="translate">Whether examples are moved on the canvas.</param>
    public PuzzleGroup ToTrainGroup(bool translate)
    {
        // A fresh stream per call: the group is the same each time.
        var random = Chance.Split(0);
        return new PuzzleGroup(Variants((augmentation, id) =>
        {
            var unmoved = random.Next(TrainPairs.Count);
            return [.. TrainPairs.Select((pair, index) => ToExample(augmentation.Apply(pair), id, translate && index != unmoved ? random : null))];
        }));
    }

    /// <summary>Creates the group of the test split.</summary>
    public PuzzleGroup ToTestGroup() => new(Variants((augmentation, id) =>
        [.. Task.Test.Select(pair => ToExample(augmentation.Apply(pair), id, null))]));

    private static PuzzleExample ToExample(ArcPair pair, int id, Random? random)
    {
        if (random is null)
        {
            return ArcEncoding.ToExample(pair, id);
        }

        var row = random.Next(ArcEncoding.Side - Math.Max(pair.Input.Rows, pair.Output?.Rows ?? 0) + 1);
        var column = random.Next(ArcEncoding.Side - Math.Max(pair.Input.Columns, pair.Output?.Columns ?? 0) + 1);
        return ArcEncoding.ToExample(pair, id, row, column);
    }

    private IReadOnlyList<PuzzleExample>[] Variants(Func<ArcAugmentation, int, IReadOnlyList<PuzzleExample>> make) =>
        [.. Augmentations.Select((augmentation, index) => make(augmentation, FirstId + index))];
}

/// <summary>Texts of a dataset's puzzle ids, created on demand: a million of them would take 70 MB.</summary>
/// <param name="tasks">The tasks in the order of their ids, which begin with 1 and have no gaps.</param>
internal sealed class ArcIdentifiers(IReadOnlyList<ArcVariants> tasks) : IReadOnlyList<string>
{
    private readonly int[] _firstIds = [.. tasks.Select(task => task.FirstId)];

    public int Count { get; } = tasks.Count == 0 ? 1 : tasks[^1].FirstId + tasks[^1].Augmentations.Count;

    public string this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            if (index == 0)
            {
                return ArcPuzzleId.Blank;
            }

            var found = Array.BinarySearch(_firstIds, index);
            var task = tasks[found >= 0 ? found : ~found - 1];
            return new ArcPuzzleId(task.Task.Name, task.Augmentations[index - task.FirstId]).ToString();
        }
    }

    public IEnumerator<string> GetEnumerator()
    {
        for (var index = 0; index < Count; index++)
        {
            yield return this[index];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
