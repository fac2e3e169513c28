namespace Hrm.Core;

/// <summary>Checks a puzzle against a model's tables before it enters the queue.</summary>
internal static class RequestValidation
{
    /// <summary>Throws if the number of tokens, a token or the id does not fit.</summary>
    /// <exception cref="ShapeMismatchException">The number of tokens differs.</exception>
    /// <exception cref="TokenOutOfRangeException">A token or the id exceeds the tables; the error names the position.</exception>
    public static void Require(HrmConfig config, ReadOnlySpan<int> tokens, int puzzleId)
    {
        if (tokens.Length != config.SequenceLength)
        {
            throw new ShapeMismatchException(nameof(tokens), $"[{config.SequenceLength}]", $"[{tokens.Length}]");
        }

        for (var position = 0; position < tokens.Length; position++)
        {
            if ((uint)tokens[position] >= (uint)config.VocabularySize)
            {
                throw new TokenOutOfRangeException($"tokens: position {position}: expected 0 … {config.VocabularySize - 1}, got {tokens[position]}.");
            }
        }

        if ((uint)puzzleId >= (uint)config.PuzzleIdCount)
        {
            throw new TokenOutOfRangeException($"puzzleId: expected 0 … {config.PuzzleIdCount - 1}, got {puzzleId}.");
        }
    }
}
