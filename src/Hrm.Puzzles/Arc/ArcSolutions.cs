using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>The outputs of test pairs, from a file of their own.</summary>
/// <param name="file">The file.</param>
/// <param name="outputs">The outputs of each task, in the order of its test pairs.</param>
internal sealed class ArcSolutions(string file, IReadOnlyDictionary<string, IReadOnlyList<ArcGrid>> outputs)
{
    /// <summary>Puts the outputs of a task into its test pairs.</summary>
    /// <exception cref="PuzzleFormatException">No outputs, another number, or an output that contradicts the task's own.</exception>
    public void Complete(string task, List<ArcPair> test)
    {
        if (!outputs.TryGetValue(task, out var grids))
        {
            throw new PuzzleFormatException("expected the outputs of every task, got none", file, field: ArcJsonReader.PathOf(task));
        }

        if (grids.Count != test.Count)
        {
            throw new PuzzleFormatException($"expected {test.Count} grids, one a test pair, got {grids.Count}", file, field: ArcJsonReader.PathOf(task));
        }

        for (var pair = 0; pair < test.Count; pair++)
        {
            if (test[pair].Output is { } known && !known.Equals(grids[pair]))
            {
                throw new PuzzleFormatException("expected the output that the task's own file has, got another grid", file, field: $"{ArcJsonReader.PathOf(task)}[{pair}]");
            }

            test[pair] = test[pair] with { Output = grids[pair] };
        }
    }

    /// <summary>Checks that every task with outputs is a task.</summary>
    /// <exception cref="PuzzleFormatException">One is not.</exception>
    public void RequireNoOthers(IReadOnlySet<string> tasks)
    {
        foreach (var name in outputs.Keys)
        {
            if (!tasks.Contains(name))
            {
                throw new PuzzleFormatException($"expected the names of tasks, got {Quote.Text(name)}, which is none", file);
            }
        }
    }
}
