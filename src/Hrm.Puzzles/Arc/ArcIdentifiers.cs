using System.Collections;

namespace Hrm.Puzzles;

/// <summary>The texts of a dataset's puzzle ids, made when they are asked for: a million of them would be 70 MB of text.</summary>
/// <param name="tasks">The tasks, in the order of their ids, which begin with 1 and have no gap.</param>
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
