namespace Hrm.Puzzles;

/// <summary>A generator finds fewer different puzzles than requested.</summary>
public sealed class PuzzleSupplyException : HrmException
{
    /// <summary>The largest number of consecutive draws without a new puzzle.</summary>
    internal const int FruitlessDraws = 10_000;

    /// <summary>Creates the exception.</summary>
    /// <param name="message">The requested and the found puzzles, and the number of draws.</param>
    public PuzzleSupplyException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception for a number of puzzles.</summary>
    internal static PuzzleSupplyException Of(string expected, int found)
        => new(FormattableString.Invariant($"expected {expected}, got {found}: {FruitlessDraws} more draws brought no new one"));
}
