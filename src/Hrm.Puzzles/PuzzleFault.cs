namespace Hrm.Puzzles;

/// <summary>The first error of a grid or of an answer.</summary>
/// <param name="Message">The cells, their expected and their actual content in words.</param>
/// <param name="Cell">The cell, row by row; the goal for a maze whose path is missing or not a shortest one.</param>
/// <param name="OtherCell">
/// The other cell of two equal Sudoku digits, or the start of a maze whose goal cannot be reached; otherwise <see langword="null"/>.
/// </param>
public sealed record PuzzleFault(string Message, int Cell, int? OtherCell = null)
{
    internal HrmFormatException OfQuestion() => Create(Message, PuzzleCsv.Question);

    internal HrmFormatException OfAnswer() => Create($"the answer does not solve its question: {Message}", PuzzleCsv.Answer);

    private HrmFormatException Create(string problem, string place)
        => new(problem, place: place) { Positions = OtherCell is { } other ? [Cell, other] : [Cell] };
}

/// <summary>A generator finds fewer different puzzles than requested.</summary>
/// <param name="message">The requested and the found puzzles, and the number of draws.</param>
public sealed class PuzzleSupplyException(string message) : HrmException(message)
{
    /// <summary>The largest number of consecutive draws without a new puzzle.</summary>
    internal const int FruitlessDraws = 10_000;

    internal static PuzzleSupplyException Of(string expected, int found)
        => new(FormattableString.Invariant($"expected {expected}, got {found}: {FruitlessDraws} more draws brought no new one"));
}
