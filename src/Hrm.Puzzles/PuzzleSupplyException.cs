namespace Hrm.Puzzles;

/// <summary>Exception for a generator that finds fewer different puzzles than requested.</summary>
public sealed class PuzzleSupplyException : HrmException
{
    /// <summary>The largest number of consecutive draws without a new puzzle.</summary>
    internal const int FruitlessDraws = 10_000;

    /// <summary>Creates the exception.</summary>
    /// <param name="expected">The requested puzzles.</param>
    /// <param name="found">The number of puzzles found.</param>
    public PuzzleSupplyException(string expected, int found)
        : base(FormattableString.Invariant($"expected {expected}, got {found}: {FruitlessDraws} more draws brought no new one"))
    {
    }
}
