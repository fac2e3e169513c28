namespace Hrm.Puzzles;

/// <summary>Task of ARC: pairs that demonstrate a rule, and inputs to apply the rule to.</summary>
/// <remarks>F. Chollet, "On the Measure of Intelligence" (arXiv 1911.01547). <see cref="ArcTaskFile"/> reads tasks.</remarks>
public sealed class ArcTask
{
    /// <summary>Creates a task.</summary>
    /// <param name="name">The name, with which its puzzle ids begin; see <see cref="ArcPuzzleId"/>.</param>
    /// <param name="train">The demonstrations, at least one, each with its output.</param>
    /// <param name="test">The test pairs, at least one; their outputs may be unknown.</param>
    /// <exception cref="HrmFormatException">A name that is not valid, no pair, or a demonstration without output; names the key.</exception>
    public ArcTask(string name, IEnumerable<ArcPair> train, IEnumerable<ArcPair> test)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        if (ArcPuzzleId.FindNameFault(name) is { } fault)
        {
            throw new HrmFormatException(fault, place: "name");
        }

        Name = name;
        Train = [.. train];
        Test = [.. test];
        if (Train.Count == 0 || Test.Count == 0)
        {
            throw new HrmFormatException("expected at least one pair, got none", place: Train.Count == 0 ? "train" : "test");
        }

        for (var pair = 0; pair < Train.Count; pair++)
        {
            if (Train[pair].Output is null)
            {
                throw new HrmFormatException("expected an output with every demonstration, got none", place: $"train[{pair}]");
            }
        }
    }

    /// <summary>The name; in the public sets it is the file name without <c>.json</c>.</summary>
    public string Name { get; }

    /// <summary>The demonstrations; every one has its output.</summary>
    public IReadOnlyList<ArcPair> Train { get; }

    /// <summary>The test pairs.</summary>
    public IReadOnlyList<ArcPair> Test { get; }

    /// <summary>The largest number of rows or columns of its grids, 1 to 30. Unknown outputs do not count.</summary>
    public int Side => Train.Concat(Test).Max(pair => Math.Max(SideOf(pair.Input), SideOf(pair.Output)));

    /// <summary>Whether the output of every test pair is known.</summary>
    public bool HasAnswers => Test.All(pair => pair.Output is not null);

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    private static int SideOf(ArcGrid? grid) => grid is null ? 0 : Math.Max(grid.Rows, grid.Columns);

    /// <summary>Returns the task with every output that this or an equal task knows; <see langword="null"/> if the other differs.</summary>
    internal ArcTask? Merge(ArcTask other)
    {
        var pairs = Test.Zip(other.Test).ToArray();
        var isEqual = Test.Count == other.Test.Count && Train.SequenceEqual(other.Train) && pairs.All(pair =>
            pair.First.Input.Equals(pair.Second.Input) && (pair.First.Output is null || pair.Second.Output is null || pair.First.Output.Equals(pair.Second.Output)));
        return isEqual ? new ArcTask(Name, Train, pairs.Select(pair => pair.First.Output is null ? pair.Second : pair.First)) : null;
    }
}

/// <summary>Input grid of an ARC task with the output that the rule of the task gives.</summary>
/// <param name="Input">The input.</param>
/// <param name="Output">The output; <see langword="null"/> if a competition does not publish it.</param>
public sealed record ArcPair(ArcGrid Input, ArcGrid? Output);

/// <summary>Tasks with the same role in a dataset.</summary>
/// <param name="tasks">The tasks.</param>
/// <param name="isEvaluation">
/// Whether the test pairs measure a model. If so they go to the test split and the demonstrations to the train split; otherwise
/// every pair goes to the train split.
/// </param>
/// <param name="name">The name of the set, for example <c>training</c>; empty by default.</param>
public sealed class ArcTaskSet(IReadOnlyList<ArcTask> tasks, bool isEvaluation, string name = "")
{
    /// <summary>The tasks.</summary>
    public IReadOnlyList<ArcTask> Tasks { get; } = tasks ?? throw new ArgumentNullException(nameof(tasks));

    /// <summary>Whether the test pairs measure a model.</summary>
    public bool IsEvaluation { get; } = isEvaluation;

    /// <summary>The name of the set.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));
}
