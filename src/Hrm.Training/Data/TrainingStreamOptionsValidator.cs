using Hrm.Core;
using Microsoft.Extensions.Options;

namespace Hrm.Training;

/// <summary>Checks <see cref="TrainingStreamOptions"/>; every bad field is reported.</summary>
public sealed class TrainingStreamOptionsValidator : IValidateOptions<TrainingStreamOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, TrainingStreamOptions options)
    {
        var errors = Check(options);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    internal static IReadOnlyList<string> Check(TrainingStreamOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new RangeRules()
            .Between("EpochsPerIteration", options.EpochsPerIteration, 1, int.MaxValue)
            .Between("PrefetchBatches", options.PrefetchBatches, 0, 1024)
            .Between("WorldSize", options.WorldSize, 1, int.MaxValue)
            .Between("Rank", options.Rank, 0, Math.Max(options.WorldSize, 1) - 1)
            .Errors;
    }
}
