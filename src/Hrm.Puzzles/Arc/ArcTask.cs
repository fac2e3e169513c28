namespace Hrm.Puzzles;

/// <summary>A task of ARC: pairs that demonstrate a rule, and inputs to apply it to. Immutable.</summary>
/// <remarks>
/// F. Chollet, "On the Measure of Intelligence" (arXiv 1911.01547). <see cref="ArcTaskFile"/> reads tasks.
/// </remarks>
public sealed class ArcTask
{
    /// <summary>Creates a task.</summary>
    /// <param name="name">The name, the first part of its puzzle ids: 1 to 200 characters, not itself the id of an augmented puzzle.</param>
    /// <param name="train">The demonstrations, at least one, each with its output.</param>
    /// <param name="test">The test pairs, at least one; their outputs may be unknown.</param>
    /// <exception cref="PuzzleFormatException">The name is not valid, a list is empty, or a demonstration has no output; the message names the key.</exception>
    public ArcTask(string name, IEnumerable<ArcPair> train, IEnumerable<ArcPair> test)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        Name = new ArcPuzzleId(name).Name;
        Train = [.. train];
        Test = [.. test];
        if (Train.Count == 0 || Test.Count == 0)
        {
            throw new PuzzleFormatException("expected at least one pair, got none", field: Train.Count == 0 ? "train" : "test");
        }

        for (var pair = 0; pair < Train.Count; pair++)
        {
            if (Train[pair].Output is null)
            {
                throw new PuzzleFormatException("expected an output with every demonstration, got none", field: $"train[{pair}]");
            }
        }
    }

    /// <summary>The name; in the public sets the file name without <c>.json</c>.</summary>
    public string Name { get; }

    /// <summary>The demonstrations, each with its output.</summary>
    public IReadOnlyList<ArcPair> Train { get; }

    /// <summary>The test pairs.</summary>
    public IReadOnlyList<ArcPair> Test { get; }

    /// <summary>Whether the output of every test pair is known.</summary>
    public bool HasAnswers => Test.All(pair => pair.Output is not null);

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

/// <summary>Input grid of an ARC task with the output that the task's rule gives.</summary>
/// <param name="Input">The input.</param>
/// <param name="Output">The output, or <see langword="null"/> if a competition keeps it secret.</param>
public sealed record ArcPair(ArcGrid Input, ArcGrid? Output);

/// <summary>Tasks with the same role in a dataset.</summary>
/// <param name="tasks">The tasks.</param>
/// <param name="isEvaluation">
/// Whether the test pairs evaluate a model: they then go to the test split, and the demonstrations to the train split. Otherwise every
/// pair goes to the train split.
/// </param>
public sealed class ArcTaskSet(IReadOnlyList<ArcTask> tasks, bool isEvaluation)
{
    /// <summary>The tasks.</summary>
    public IReadOnlyList<ArcTask> Tasks { get; } = tasks;

    /// <summary>Whether the test pairs evaluate a model.</summary>
    public bool IsEvaluation { get; } = isEvaluation;
}
