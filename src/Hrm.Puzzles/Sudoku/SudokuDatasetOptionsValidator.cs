using System.Globalization;
using Microsoft.Extensions.Options;

namespace Hrm.Puzzles;

/// <summary>Checks <see cref="SudokuDatasetOptions"/> and reports every bad field at once.</summary>
public sealed class SudokuDatasetOptionsValidator : IValidateOptions<SudokuDatasetOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SudokuDatasetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var failures = new List<string>();
        if (options.Subsample < 1)
        {
            Add(failures, nameof(options.Subsample), "at least 1, or none", options.Subsample);
        }

        // Written so that NaN fails too.
        if (options.MinimumDifficulty is { } minimum && !(minimum >= 0 && double.IsFinite(minimum)))
        {
            Add(failures, nameof(options.MinimumDifficulty), "a number of at least 0, or none", minimum);
        }

        if (!Enum.IsDefined(options.Difficulty))
        {
            Add(failures, nameof(options.Difficulty), "Rating or Guesses", options.Difficulty);
        }

        if (options.Augmentations is < 0 or > SudokuDatasetOptions.MaximumAugmentations)
        {
            Add(failures, nameof(options.Augmentations), $"0 to {SudokuDatasetOptions.MaximumAugmentations}", options.Augmentations);
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void Add(List<string> failures, string field, string expected, object? value) =>
        failures.Add(string.Create(CultureInfo.InvariantCulture, $"{field}: expected {expected}, got {value}"));
}
