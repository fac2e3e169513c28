using Hrm.Core;
using Hrm.Puzzles;

namespace Hrm.Tool;

/// <summary>
/// Builds the groups of a dataset from puzzles, like the authors' builder: one group per puzzle, with the puzzle itself and then
/// random symmetric variants. Each is a puzzle of one example with the id 0. Test puzzles have no variants.
/// </summary>
/// <remarks>
/// Everything is streamed: memory has one group, and the puzzles of a subsample. Variants are drawn independently, so variants of a
/// small shape can repeat. The variants of a group depend only on the seed and the index of the group. A stream can be enumerated
/// again with the same result.
/// </remarks>
internal sealed class SudokuDatasetBuilder
{
    private const long SubsampleStream = 0;
    private const long AugmentationStream = 1;

    private readonly SudokuDatasetOptions _options;

    /// <summary>Creates a builder.</summary>
    /// <param name="shape">The shape of the puzzles.</param>
    /// <param name="options">Which puzzles and how many variants. Default: all puzzles without variants.</param>
    /// <exception cref="InvalidConfigException">Options out of their ranges; lists every one.</exception>
    public SudokuDatasetBuilder(SudokuShape shape, SudokuDatasetOptions? options = null)
    {
        _options = options ?? new SudokuDatasetOptions();
        _options.ThrowIfInvalid();
        Task = new SudokuTask(shape);
    }

    /// <summary>The task that encodes the puzzles.</summary>
    public SudokuTask Task { get; }

    /// <summary>Builds the training groups: difficult enough, subsampled, with variants.</summary>
    /// <param name="puzzles">The puzzles; a subsample keeps their order.</param>
    /// <param name="random">The random source; only its seed is used, and its state does not change.</param>
    /// <returns>At least one group, of 1 + <see cref="SudokuDatasetOptions.Augmentations"/> puzzles each.</returns>
    /// <exception cref="ArgumentException">While enumerating: a puzzle of another shape.</exception>
    /// <exception cref="HrmFormatException">
    /// While enumerating: a puzzle lacks the required rating, its guesses exceed a million, or no puzzle is left.
    /// </exception>
    public IEnumerable<PuzzleGroup> BuildTraining(IEnumerable<SudokuPuzzle> puzzles, StatefulRandom random)
    {
        ArgumentNullException.ThrowIfNull(puzzles);
        ArgumentNullException.ThrowIfNull(random);
        var augmentation = random.Split(AugmentationStream);
        var kept = _options.Subsample is { } count ? RandomSubset.Draw(DifficultEnough(puzzles), count, random.Split(SubsampleStream)) : DifficultEnough(puzzles);
        return kept.Select((puzzle, index) => PuzzleGroup.Augmented(Task.ToExample(puzzle), Task, _options.Augmentations, augmentation.Split(index)));
    }

    /// <summary>Builds the test groups: difficult enough, in order, one puzzle per group.</summary>
    /// <returns>At least one group.</returns>
    /// <inheritdoc cref="BuildTraining" path="/param[@name='puzzles']|/exception"/>
    public IEnumerable<PuzzleGroup> BuildTest(IEnumerable<SudokuPuzzle> puzzles)
    {
        ArgumentNullException.ThrowIfNull(puzzles);
        return DifficultEnough(puzzles).Select(puzzle => PuzzleGroup.Of(Task.ToExample(puzzle)));
    }

    private IEnumerable<SudokuPuzzle> DifficultEnough(IEnumerable<SudokuPuzzle> puzzles)
    {
        var (seen, kept) = (0L, 0L);
        foreach (var puzzle in puzzles)
        {
            seen++;
            if (IsDifficultEnough(puzzle))
            {
                kept++;
                yield return puzzle;
            }
        }

        if (kept == 0)
        {
            throw new HrmFormatException(seen > 0
                ? FormattableString.Invariant($"expected a puzzle of the minimum difficulty, got none among {seen}")
                : "expected at least one puzzle, got none");
        }
    }

    private bool IsDifficultEnough(SudokuPuzzle puzzle)
    {
        if (_options.MinimumRating is not null && puzzle.Rating is null)
        {
            throw new HrmFormatException(
                "expected a rating to compare with the minimum rating, got a puzzle without one", line: puzzle.Line, place: "rating");
        }

        try
        {
            return (_options.MinimumRating is null || puzzle.Rating >= _options.MinimumRating)
                && (_options.MinimumGuesses is null || SudokuSearch.CountGuesses(puzzle.Question) >= _options.MinimumGuesses);
        }
        catch (HrmFormatException e)
        {
            throw new HrmFormatException(e.Problem, line: puzzle.Line, place: "question", innerException: e);
        }
    }
}

/// <summary>Selection of puzzles for a dataset, and the number of their variants.</summary>
internal sealed record SudokuDatasetOptions
{
    /// <summary>The limit of variants per puzzle; a group is in memory while it is written.</summary>
    private const int MaximumAugmentations = 100_000;

    /// <summary>
    /// The number of training puzzles to draw, each at most once; all if there are fewer. At least 1; <see langword="null"/> (default)
    /// for all. Test puzzles are all kept.
    /// </summary>
    public int? Subsample { get; init; }

    /// <summary>The least rating of a puzzle, training or test; not negative. <see langword="null"/> (default) for no limit.</summary>
    public double? MinimumRating { get; init; }

    /// <summary>
    /// The least <see cref="SudokuSearch.CountGuesses"/> of a puzzle, training or test, for puzzles without a rating; not negative.
    /// <see langword="null"/> (default) for no limit.
    /// </summary>
    public int? MinimumGuesses { get; init; }

    /// <summary>Random symmetric variants of each training puzzle besides itself. 0 (default) to 100,000; the paper has 1,000.</summary>
    public int Augmentations { get; init; }

    /// <exception cref="InvalidConfigException">Options out of their ranges; lists every one.</exception>
    public void ThrowIfInvalid()
    {
        string?[] errors =
        [
            Subsample is < 1 ? $"Subsample: expected 1 … {int.MaxValue}, got {Subsample}" : null,
            MinimumRating is { } rating && !(double.IsFinite(rating) && rating >= 0) ? FormattableString.Invariant($"MinimumRating: expected a finite number of at least 0, got {rating}") : null,
            MinimumGuesses is < 0 ? $"MinimumGuesses: expected 0 … {int.MaxValue}, got {MinimumGuesses}" : null,
            Augmentations is < 0 or > MaximumAugmentations ? $"Augmentations: expected 0 … {MaximumAugmentations}, got {Augmentations}" : null,
        ];
        if (errors.Any(error => error is not null))
        {
            throw new InvalidConfigException("Sudoku dataset options", [.. errors.OfType<string>()]);
        }
    }
}
