using Hrm.Core;

namespace Hrm.Training;

/// <summary>Which tokens and labels a dataset may hold, and what stands for an ignored label in its files.</summary>
/// <param name="VocabularySize">V.</param>
/// <param name="IgnoreLabelId">The ignored label as stored; <see langword="null"/> where every label counts.</param>
internal readonly record struct TokenRules(int VocabularySize, int? IgnoreLabelId)
{
    public string ExpectedTokens => FormattableString.Invariant($"expected 0 … {VocabularySize - 1}");

    public string ExpectedLabels => ExpectedTokens
        + (IgnoreLabelId is { } ignored && (ignored < 0 || ignored >= VocabularySize) ? FormattableString.Invariant($" or {ignored}") : string.Empty);

    /// <summary>The place of the first bad token from a place on; -1 for none.</summary>
    public int FindBadToken(ReadOnlySpan<int> tokens, int start = 0)
    {
        var found = tokens[start..].IndexOfAnyExceptInRange(0, VocabularySize - 1);
        return found < 0 ? -1 : start + found;
    }

    /// <summary>The place of the first bad stored label from a place on; -1 for none.</summary>
    public int FindBadLabel(ReadOnlySpan<int> labels, int start = 0)
    {
        // The authors' loss ignores -100 whatever the metadata call ignored, so it is good in any case.
        for (var at = FindBadToken(labels, start); at >= 0; at = FindBadToken(labels, at + 1))
        {
            if (labels[at] != IgnoreLabelId && labels[at] != PuzzleBatch.IgnoredLabel)
            {
                return at;
            }
        }

        return -1;
    }

    /// <summary>Stored labels to labels.</summary>
    public void FromStored(Span<int> labels)
    {
        if (IgnoreLabelId is { } ignored)
        {
            labels.Replace(ignored, PuzzleBatch.IgnoredLabel);
        }
    }

    /// <summary>Labels to stored labels.</summary>
    public void ToStored(ReadOnlySpan<int> labels, Span<int> stored)
    {
        labels.CopyTo(stored);
        if (IgnoreLabelId is { } ignored)
        {
            stored.Replace(PuzzleBatch.IgnoredLabel, ignored);
        }
    }
}
