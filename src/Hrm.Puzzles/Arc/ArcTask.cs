namespace Hrm.Puzzles;

/// <summary>A task of ARC: pairs that demonstrate a rule, and inputs to apply it to.</summary>
/// <remarks>
/// F. Chollet, "On the Measure of Intelligence" (arXiv 1911.01547). <see cref="ArcTaskFile"/> reads tasks.
/// </remarks>
public sealed class ArcTask
{
    /// <summary>Creates a task.</summary>
    /// <param name="name">Its name, which its puzzle ids begin with: 1 to 200 characters, not itself the id of an augmented puzzle.</param>
    /// <param name="train">The demonstrations, at least one, each with its output.</param>
    /// <param name="test">The test pairs, at least one; their outputs may be unknown.</param>
    /// <exception cref="PuzzleFormatException">A name that cannot be one, no pair, or a demonstration without output; names the key.</exception>
    public ArcTask(string name, IEnumerable<ArcPair> train, IEnumerable<ArcPair> test)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        if (ArcPuzzleId.FindNameFault(name) is { } fault)
        {
            throw new PuzzleFormatException(fault, field: "name");
        }

        Name = name;
        Train = [.. train];
        Test = [.. test];
        RequirePairs(Train, "train");
        RequirePairs(Test, "test");
        for (var pair = 0; pair < Train.Count; pair++)
        {
            if (Train[pair].Output is null)
            {
                throw new PuzzleFormatException("expected an output with every demonstration, got none", field: $"train[{pair}]");
            }
        }
    }

    /// <summary>The name: in the public sets the name of the file without <c>.json</c>.</summary>
    public string Name { get; }

    /// <summary>The demonstrations; every one has its output.</summary>
    public IReadOnlyList<ArcPair> Train { get; }

    /// <summary>The test pairs.</summary>
    public IReadOnlyList<ArcPair> Test { get; }

    /// <summary>Whether the output of every test pair is known.</summary>
    public bool HasAnswers => Test.All(pair => pair.Output is not null);

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    private static void RequirePairs(IReadOnlyList<ArcPair> pairs, string key)
    {
        if (pairs.Count == 0)
        {
            throw new PuzzleFormatException("expected at least one pair, got none", field: key);
        }
    }
}
