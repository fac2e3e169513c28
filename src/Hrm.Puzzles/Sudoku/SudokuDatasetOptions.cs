using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>Selection of puzzles for a dataset, and the number of their variants.</summary>
public sealed class SudokuDatasetOptions : IValidatedOptions
{
    /// <summary>
    /// The number of training puzzles to draw, each at most once; all if there are fewer. At least 1; <see langword="null"/> (default)
    /// for all. Test puzzles are all kept.
    /// </summary>
    public int? Subsample { get; set; }

    /// <summary>The least rating of a puzzle, training or test; not negative. <see langword="null"/> (default) for no limit.</summary>
    public double? MinimumRating { get; set; }

    /// <summary>
    /// The least <see cref="SudokuSearch.CountGuesses"/> of a puzzle, training or test, for puzzles without a rating; not negative.
    /// <see langword="null"/> (default) for no limit.
    /// </summary>
    public int? MinimumGuesses { get; set; }

    /// <summary>The limit of variants per puzzle; a group is in memory while it is written.</summary>
    internal const int MaximumAugmentations = 100_000;

    /// <summary>Random symmetric variants of each training puzzle besides itself. 0 (default) to 100,000; the paper has 1,000.</summary>
    public int Augmentations { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules()
        .Between(nameof(Subsample), Subsample ?? 1, 1, int.MaxValue)
        .NotNegative(nameof(MinimumRating), MinimumRating ?? 0)
        .Between(nameof(MinimumGuesses), MinimumGuesses ?? 0, 0, int.MaxValue)
        .Between(nameof(Augmentations), Augmentations, 0, MaximumAugmentations)
        .Errors;
}
