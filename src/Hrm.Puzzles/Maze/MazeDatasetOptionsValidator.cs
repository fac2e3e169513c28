using System.Globalization;
using Microsoft.Extensions.Options;

namespace Hrm.Puzzles;

/// <summary>Checks <see cref="MazeDatasetOptions"/> and reports every bad field at once.</summary>
public sealed class MazeDatasetOptionsValidator : IValidateOptions<MazeDatasetOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, MazeDatasetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var failures = new List<string>();
        RequireAtLeast(failures, nameof(options.TrainingPuzzles), options.TrainingPuzzles ?? 1, 1);
        RequireAtLeast(failures, nameof(options.MinimumPathCells), options.MinimumPathCells, 0);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void RequireAtLeast(List<string> failures, string field, int value, int least)
    {
        if (value < least)
        {
            failures.Add(string.Create(CultureInfo.InvariantCulture, $"{field}: expected at least {least}, got {value}"));
        }
    }
}
