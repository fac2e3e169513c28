using System.Collections;
using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Dataset of ARC tasks: the augmentations and ids of each task. The examples are created while a split is read, one task at a
/// time, and are the same each time.
/// </summary>
/// <remarks>Immutable and safe for use by several threads. <see cref="ArcDatasetBuilder"/> builds it.</remarks>
public sealed class ArcDataset
{
    private readonly IReadOnlyList<ArcVariants> _tasks;
    private readonly bool _translations;

    internal ArcDataset(IReadOnlyList<ArcVariants> tasks, bool translations)
    {
        _tasks = tasks;
        _translations = translations;
        Identifiers = new IdentifierList(tasks);
        EvaluationTasks = [.. tasks.Where(task => task.IsEvaluation).Select(task => task.Task)];
    }

    /// <summary>
    /// The text of each puzzle id (<see cref="ArcPuzzleId"/>); the first is <see cref="ArcPuzzleId.Blank"/>. The variants of a task
    /// have consecutive ids, beginning with the task itself. Both splits have the same ids.
    /// </summary>
    public IReadOnlyList<string> Identifiers { get; }

    /// <summary>The tasks whose test pairs are the test split, in its order.</summary>
    public IReadOnlyList<ArcTask> EvaluationTasks { get; }

    /// <summary>
    /// The train split: one group per task, one puzzle per variant, one example per pair. These are the demonstrations, and the test
    /// pairs too if the task is not for evaluation.
    /// </summary>
    public IEnumerable<PuzzleGroup> Train => _tasks.Select(task => task.ToTrainGroup(_translations));

    /// <summary>
    /// The test split: one group per evaluation task, one puzzle per variant, one example per test pair, at the origin of the canvas.
    /// If an output is unknown, every label is ignored.
    /// </summary>
    public IEnumerable<PuzzleGroup> Test => _tasks.Where(task => task.IsEvaluation).Select(task => task.ToTestGroup());

    /// <summary>The texts of the ids, created on request: a million of them would be 70 MB.</summary>
    private sealed class IdentifierList(IReadOnlyList<ArcVariants> tasks) : IReadOnlyList<string>
    {
        private readonly int[] _firstIds = [.. tasks.Select(task => task.FirstId)];

        public int Count { get; } = 1 + tasks.Sum(task => task.Augmentations.Count);

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

        public IEnumerator<string> GetEnumerator() => Enumerable.Range(0, Count).Select(index => this[index]).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

/// <summary>Task of a dataset with its augmentations and their ids.</summary>
/// <param name="task">The task.</param>
/// <param name="isEvaluation">Whether its test pairs belong to the test split.</param>
/// <param name="augmentations">The augmentations of the variants, the identity first.</param>
/// <param name="firstId">The id of the first variant; those of the others follow.</param>
/// <param name="random">The random source of the translations; only its seed is used.</param>
internal sealed class ArcVariants(ArcTask task, bool isEvaluation, IReadOnlyList<ArcAugmentation> augmentations, int firstId, StatefulRandom random)
{
    private readonly IReadOnlyList<ArcPair> _trainPairs = isEvaluation ? task.Train : [.. task.Train, .. task.Test];

    public ArcTask Task => task;

    public bool IsEvaluation => isEvaluation;

    public IReadOnlyList<ArcAugmentation> Augmentations => augmentations;

    public int FirstId => firstId;

    public PuzzleGroup ToTrainGroup(bool translate)
    {
        // A new stream of the seed: the group is the same each time it is created.
        var draws = random.Split(0);
        return ToGroup((augmentation, id) =>
        {
            var atOrigin = draws.Next(_trainPairs.Count);
            return [.. _trainPairs.Select((pair, index) => ToExample(augmentation.Apply(pair), id, translate && index != atOrigin ? draws : null))];
        });
    }

    public PuzzleGroup ToTestGroup() => ToGroup((augmentation, id) => [.. task.Test.Select(pair => ToExample(augmentation.Apply(pair), id, null))]);

    /// <summary>Encodes a pair, at a random place where both grids fit if there is a random source, otherwise at the origin.</summary>
    private static PuzzleExample ToExample(ArcPair pair, int id, Random? random)
    {
        var row = random?.Next(ArcEncoding.Side - Math.Max(pair.Input.Rows, pair.Output?.Rows ?? 0) + 1) ?? 0;
        var column = random?.Next(ArcEncoding.Side - Math.Max(pair.Input.Columns, pair.Output?.Columns ?? 0) + 1) ?? 0;
        return ArcEncoding.ToExample(pair, id, row, column);
    }

    private PuzzleGroup ToGroup(Func<ArcAugmentation, int, IReadOnlyList<PuzzleExample>> toPuzzle) =>
        new([.. augmentations.Select((augmentation, index) => toPuzzle(augmentation, firstId + index))]);
}
