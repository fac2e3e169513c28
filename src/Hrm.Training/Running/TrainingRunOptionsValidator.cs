using Hrm.Core;
using Microsoft.Extensions.Options;

namespace Hrm.Training;

/// <summary>Checks <see cref="TrainingRunOptions"/>; every bad field is reported.</summary>
public sealed class TrainingRunOptionsValidator : IValidateOptions<TrainingRunOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, TrainingRunOptions options)
    {
        var errors = Check(options);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    internal static IReadOnlyList<string> Check(TrainingRunOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new RangeRules()
            .Between("ReportInterval", options.ReportInterval, 1, long.MaxValue)
            .Between("EvaluationInterval", options.EvaluationInterval, 0, long.MaxValue)
            .Between("CheckpointInterval", options.CheckpointInterval, 1, long.MaxValue)
            .Between("Patience", options.Patience, 0, int.MaxValue)
            .Between("StopAtTrainingAccuracy", options.StopAtTrainingAccuracy, 0, 1)
            .Between("MaxRollbacks", options.MaxRollbacks, 0, int.MaxValue)
            .Errors;
    }
}
