using Hrm.Core;

namespace Hrm.Training;

/// <summary>The tokens and labels that a dataset may contain, and the value that its files store for an ignored label.</summary>
/// <param name="VocabularySize">V.</param>
/// <param name="IgnoreLabelId">The stored value of an ignored label; <see langword="null"/> if every label counts.</param>
internal readonly record struct TokenRules(int VocabularySize, int? IgnoreLabelId)
{
    public string ExpectedTokens => FormattableString.Invariant($"expected 0 … {VocabularySize - 1}");

    /// <summary>The valid labels of an example, not as stored.</summary>
    public string ExpectedLabels => ExpectedTokens + IgnoreLabelId switch
    {
        null => string.Empty,
        PuzzleBatch.IgnoredLabel => FormattableString.Invariant($" or {PuzzleBatch.IgnoredLabel}, which is ignored"),
        var ignored => FormattableString.Invariant($" except {ignored}, which is stored for ignored labels, or {PuzzleBatch.IgnoredLabel}, which is ignored"),
    };

    /// <summary>The valid labels as stored.</summary>
    public string ExpectedStoredLabels => ExpectedTokens
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
        var start = 0;
        while (FindBadToken(labels[start..]) is >= 0 and var found)
        {
            if (!alsoValid.Contains(labels[start + found]))
            {
                return start + found;
            }

            start += found + 1;
        }

        return -1;
    }

    /// <summary>Converts stored labels to labels.</summary>
    public void FromStored(Span<int> labels)
    {
        if (IgnoreLabelId is { } ignored)
        {
            labels.Replace(ignored, PuzzleBatch.IgnoredLabel);
        }
    }

    /// <summary>Converts labels to stored labels.</summary>
    public void ToStored(ReadOnlySpan<int> labels, Span<int> stored)
    {
        labels.CopyTo(stored);
        if (IgnoreLabelId is { } ignored)
        {
            stored.Replace(PuzzleBatch.IgnoredLabel, ignored);
        }
    }
}
