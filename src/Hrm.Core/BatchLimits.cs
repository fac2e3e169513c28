namespace Hrm.Core;

/// <summary>The largest token, label and puzzle id of a batch, and where the token stands.</summary>
internal readonly record struct BatchLimits(int MaxToken, int MaxLabel, int MaxPuzzleId)
{
    public static BatchLimits Of(ReadOnlySpan<int> inputs, ReadOnlySpan<int> labels, ReadOnlySpan<int> puzzleIds, int sequenceLength)
        => new(
            Largest("inputs", inputs, sequenceLength, ignored: 0),
            Largest("labels", labels, sequenceLength, PuzzleBatch.IgnoredLabel),
            Largest("puzzleIds", puzzleIds, 1, ignored: 0));

    public BatchLimits Join(BatchLimits other) => new(
        Math.Max(MaxToken, other.MaxToken),
        Math.Max(MaxLabel, other.MaxLabel),
        Math.Max(MaxPuzzleId, other.MaxPuzzleId));

    public void RequireWithin(HrmConfig config)
    {
        Require("inputs", MaxToken, config.VocabularySize);
        Require("labels", MaxLabel, config.VocabularySize);
        Require("puzzleIds", MaxPuzzleId, config.PuzzleIdCount);
    }

    private static void Require(string argument, int largest, int count)
    {
        if (largest >= count)
        {
            throw new TokenOutOfRangeException($"{argument}: expected values in 0 … {count - 1}, got {largest}.");
        }
    }

    private static int Largest(string argument, ReadOnlySpan<int> values, int rowLength, int ignored)
    {
        var largest = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            if (value < 0 && value != ignored)
            {
                throw new TokenOutOfRangeException($"{argument}: row {i / rowLength}, position {i % rowLength}: expected at least 0, got {value}.");
            }

            largest = Math.Max(largest, value);
        }

        return largest;
    }
}
