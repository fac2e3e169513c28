namespace Hrm.Puzzles;

/// <summary>A generator was asked for more puzzles than there are, or than chance brings within reason.</summary>
public sealed class PuzzleSupplyException : HrmException
{
    /// <summary>How many draws in a row may bring nothing new.</summary>
    internal const int FruitlessDraws = 10_000;

    /// <summary>Creates the exception.</summary>
    /// <param name="expected">What was asked for.</param>
    /// <param name="found">The number of puzzles found.</param>
    public PuzzleSupplyException(string expected, int found)
        : base(FormattableString.Invariant($"expected {expected}, got {found}: {FruitlessDraws} more draws brought no new one"))
    {
        Found = found;
    }

    /// <summary>The number of puzzles found.</summary>
    public int Found { get; }
}
