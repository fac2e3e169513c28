namespace Hrm.Training;

/// <summary>Checks groups one after the other, and passes their puzzles and examples to callbacks.</summary>
internal sealed class GroupReader(string name, TokenRules rules)
{
    private (int Id, int Puzzle) _largestId = (-1, 0);

    /// <summary>The number of tokens per example; by default that of the first example.</summary>
    public int? SequenceLength { get; set; }

    public int Groups { get; private set; }

    public int Puzzles { get; private set; }

    public int Examples { get; private set; }

    /// <summary>Checks a group, and passes on each example, and the id of each puzzle after its examples.</summary>
    public void Read(PuzzleGroup group, Action<PuzzleExample> example, Action<int> puzzle)
    {
        RequireContent(group.Puzzles.Count, $"{name}: group {Groups}", "puzzle");
        foreach (var examples in group.Puzzles)
        {
            var place = $"{name}: puzzle {Puzzles}";
            RequireContent(examples.Count, place, "example");
            var id = examples[0].PuzzleId;
            if (id < 0)
            {
                throw new ShapeMismatchException($"{place}: puzzle id", "at least 0", $"{id}");
            }

            foreach (var each in examples)
            {
                if (each.PuzzleId != id)
                {
                    throw new ShapeMismatchException(place, $"one id for all its examples, {id}", $"{each.PuzzleId} too");
                }

                Check(each);
                Examples++;
                example(each);
            }

            _largestId = id > _largestId.Id ? (id, Puzzles) : _largestId;
            Puzzles++;
            puzzle(id);
        }

        Groups++;
    }

    /// <summary>Checks the number of groups and the largest puzzle id, after the last group.</summary>
    public void Complete(int idCount)
    {
        RequireContent(Groups, name, "group");
        if (_largestId.Id >= idCount)
        {
            throw new ShapeMismatchException($"{name}: puzzle {_largestId.Puzzle}: puzzle id", $"0 … {idCount - 1}", $"{_largestId.Id}");
        }
    }

    private static void RequireContent(int count, string place, string content)
    {
        if (count == 0)
        {
            throw new ShapeMismatchException(place, $"at least one {content}", "none");
        }
    }

    private void Check(PuzzleExample example)
    {
        var (inputs, labels) = (example.Inputs, example.Labels);
        var length = SequenceLength ??= inputs.Length;
        if (inputs.Length != length || labels.Length != length || length == 0)
        {
            throw new ShapeMismatchException(Place(), $"{Math.Max(length, 1)} inputs and labels", $"{inputs.Length} inputs and {labels.Length} labels");
        }

        if (rules.FindBadToken(inputs) is >= 0 and var token)
        {
            throw new ShapeMismatchException($"{Place()}: token {token}", rules.ValidTokens, $"{inputs[token]}");
        }

        if (rules.FindBadLabel(labels) is >= 0 and var label)
        {
            throw new ShapeMismatchException($"{Place()}: label {label}", rules.ValidLabels, $"{labels[label]}");
        }
    }

    private string Place() => FormattableString.Invariant($"{name}: example {Examples}");
}

/// <summary>The tokens and labels that a dataset may contain, and the value that its files store for an ignored label.</summary>
/// <param name="VocabularySize">V.</param>
/// <param name="IgnoreLabelId">The stored value of an ignored label; <see langword="null"/> if every label counts.</param>
internal readonly record struct TokenRules(int VocabularySize, int? IgnoreLabelId)
{
    public string ValidTokens => FormattableString.Invariant($"0 … {VocabularySize - 1}");

    /// <summary>The valid labels of an example, before they are converted for storage.</summary>
    public string ValidLabels => ValidTokens + IgnoreLabelId switch
    {
        null => string.Empty,
        PuzzleBatch.IgnoredLabel => FormattableString.Invariant($" or {PuzzleBatch.IgnoredLabel}, which is ignored"),
        var ignored => FormattableString.Invariant($" except {ignored}, which is stored for ignored labels, or {PuzzleBatch.IgnoredLabel}, which is ignored"),
    };

    /// <summary>The valid labels as stored.</summary>
    public string ValidStoredLabels => ValidTokens
        + (IgnoreLabelId is { } ignored && (ignored < 0 || ignored >= VocabularySize) ? FormattableString.Invariant($" or {ignored}") : string.Empty);

    /// <summary>The index of the first bad token, or -1.</summary>
    public int FindBadToken(ReadOnlySpan<int> tokens) => tokens.IndexOfAnyExceptInRange(0, VocabularySize - 1);

    /// <summary>The index of the first bad label, or -1.</summary>
    public int FindBadLabel(ReadOnlySpan<int> labels)
    {
        var isStoredForIgnored = IgnoreLabelId is { } stored && stored != PuzzleBatch.IgnoredLabel ? labels.IndexOf(stored) : -1;
        return isStoredForIgnored >= 0 ? isStoredForIgnored : FindBadLabel(labels, IgnoreLabelId is null ? 0 : PuzzleBatch.IgnoredLabel);
    }

    /// <summary>The index of the first bad stored label, or -1. The authors' loss always ignores -100, so it is valid.</summary>
    public int FindBadStoredLabel(ReadOnlySpan<int> labels) => FindBadLabel(labels, IgnoreLabelId ?? 0, PuzzleBatch.IgnoredLabel);

    private int FindBadLabel(ReadOnlySpan<int> labels, params ReadOnlySpan<int> alsoValid)
    {
        for (var start = 0; FindBadToken(labels[start..]) is >= 0 and var found; start += found + 1)
        {
            if (!alsoValid.Contains(labels[start + found]))
            {
                return start + found;
            }
        }

        return -1;
    }

    public void FromStored(Span<int> labels)
    {
        if (IgnoreLabelId is { } ignored)
        {
            labels.Replace(ignored, PuzzleBatch.IgnoredLabel);
        }
    }

    public void ToStored(ReadOnlySpan<int> labels, Span<int> stored)
    {
        labels.CopyTo(stored);
        if (IgnoreLabelId is { } ignored)
        {
            stored.Replace(PuzzleBatch.IgnoredLabel, ignored);
        }
    }
}
