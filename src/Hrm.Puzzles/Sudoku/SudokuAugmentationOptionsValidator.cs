using System.Globalization;
using Microsoft.Extensions.Options;

namespace Hrm.Puzzles;

/// <summary>Checks <see cref="SudokuAugmentationOptions"/> and reports every bad field at once.</summary>
public sealed class SudokuAugmentationOptionsValidator : IValidateOptions<SudokuAugmentationOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SudokuAugmentationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var failures = new List<string>();
        RequireShare(failures, nameof(options.HintProbability), options.HintProbability);
        RequireShare(failures, nameof(options.MaxHintFraction), options.MaxHintFraction);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void RequireShare(List<string> failures, string field, double value)
    {
        // Written so that NaN fails too.
        if (!(value >= 0 && value <= 1))
        {
            failures.Add(string.Create(CultureInfo.InvariantCulture, $"{field}: expected 0 to 1, got {value}"));
        }
    }
}
