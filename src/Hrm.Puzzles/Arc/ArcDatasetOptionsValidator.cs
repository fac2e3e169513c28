using Hrm.Core;
using Microsoft.Extensions.Options;

namespace Hrm.Puzzles;

/// <summary>Checks <see cref="ArcDatasetOptions"/> and reports every bad field at once.</summary>
public sealed class ArcDatasetOptionsValidator : IValidateOptions<ArcDatasetOptions>
{
    private const int MaximumAugmentations = 100_000;

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ArcDatasetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var failures = new RangeRules().Between(nameof(options.Augmentations), options.Augmentations, 0, MaximumAugmentations).Errors;
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
