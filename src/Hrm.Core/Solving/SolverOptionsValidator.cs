using Microsoft.Extensions.Options;

namespace Hrm.Core;

/// <summary>Checks <see cref="SolverOptions"/>; every bad field is reported.</summary>
public sealed class SolverOptionsValidator : IValidateOptions<SolverOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SolverOptions options)
    {
        var errors = Check(options);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    internal static IReadOnlyList<string> Check(SolverOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var maxSegments = options.MaxSegments ?? SolverOptions.DefaultMaxSegments;
        return new RangeRules()
            .Between("MaxBatchSize", options.MaxBatchSize, 1, 1 << 16)
            .Between("MaxQueueLength", options.MaxQueueLength, 1, 1 << 20)
            .Between("MaxSegments", maxSegments, 1, HaltingOptionsValidator.MostSegments)
            .Between("MinSegments", options.MinSegments, 1, LargestMinimum(maxSegments))
            .OneOf("Rule", options.Rule ?? HaltingRule.HaltOverContinue, HaltingRule.HaltOverContinue, HaltingRule.HaltPositive, HaltingRule.Never)
            .Errors;
    }

    /// <summary>The largest minimum that is allowed beside a maximum; a bad maximum is reported by itself alone.</summary>
    private static int LargestMinimum(int maxSegments)
        => maxSegments is >= 1 and <= HaltingOptionsValidator.MostSegments ? maxSegments : HaltingOptionsValidator.MostSegments;
}
