using Microsoft.Extensions.Options;

namespace Hrm.Core;

/// <summary>Checks <see cref="HaltingOptions"/>; every bad field is reported.</summary>
public sealed class HaltingOptionsValidator : IValidateOptions<HaltingOptions>
{
    /// <summary>More segments than anybody waits for.</summary>
    internal const int MostSegments = 1 << 16;

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, HaltingOptions options)
    {
        var errors = Check(options);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    internal static IReadOnlyList<string> Check(HaltingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new RangeRules()
            .Between("Halting:MaxSegments", options.MaxSegments, 1, MostSegments)
            .Between("Halting:ExplorationProbability", options.ExplorationProbability, 0, 1)
            .OneOf("Halting:Rule", options.Rule, HaltingRule.HaltOverContinue, HaltingRule.HaltPositive, HaltingRule.Never)
            .Errors;
    }
}
