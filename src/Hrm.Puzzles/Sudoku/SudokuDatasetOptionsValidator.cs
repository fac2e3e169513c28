using Hrm.Core;
using Microsoft.Extensions.Options;

namespace Hrm.Puzzles;

/// <summary>Checks <see cref="SudokuDatasetOptions"/> and reports every bad field at once.</summary>
public sealed class SudokuDatasetOptionsValidator : IValidateOptions<SudokuDatasetOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SudokuDatasetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var minimum = options.MinimumDifficulty ?? 0;
        var failures = new RangeRules()
            .Check(nameof(options.Subsample), options.Subsample ?? 1, options.Subsample is null or >= 1, "at least 1, or none")
            .Check(nameof(options.MinimumDifficulty), minimum, minimum >= 0 && double.IsFinite(minimum), "a number of at least 0, or none")
            .Check(nameof(options.Difficulty), options.Difficulty, Enum.IsDefined(options.Difficulty), "Rating or Guesses")
            .Check(
                nameof(options.Augmentations),
                options.Augmentations,
                options.Augmentations is >= 0 and <= SudokuDatasetOptions.MaximumAugmentations,
                $"0 to {SudokuDatasetOptions.MaximumAugmentations}")
            .Errors;
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
