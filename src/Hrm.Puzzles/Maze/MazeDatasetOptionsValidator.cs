using Hrm.Core;
using Microsoft.Extensions.Options;

namespace Hrm.Puzzles;

/// <summary>Checks <see cref="MazeDatasetOptions"/> and reports every bad field at once.</summary>
public sealed class MazeDatasetOptionsValidator : IValidateOptions<MazeDatasetOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, MazeDatasetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var failures = new RangeRules()
            .Check(nameof(options.TrainingPuzzles), options.TrainingPuzzles ?? 1, options.TrainingPuzzles is null or >= 1, "at least 1")
            .Check(nameof(options.MinimumPathCells), options.MinimumPathCells, options.MinimumPathCells >= 0, "at least 0")
            .Errors;
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
