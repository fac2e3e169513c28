using System.Globalization;
using Microsoft.Extensions.Options;

namespace Hrm.Core;

/// <summary>Checks <see cref="ThinkingOptions"/>; every bad field is reported.</summary>
public sealed class ThinkingOptionsValidator : IValidateOptions<ThinkingOptions>
{
    private const int MostWays = 4096;
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(24); // A timer's limit is 2³¹ milliseconds.

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ThinkingOptions options)
    {
        var errors = Check(options);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    internal static IReadOnlyList<string> Check(ThinkingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var rules = new RangeRules()
            .Between("Symmetries", options.Symmetries, 1, MostWays)
            .Between("Starts", options.Starts, 1, MostWays)
            .Positive("NoiseDeviation", options.NoiseDeviation)
            .OneOf("Selection", options.Selection, AnswerSelection.Votes, AnswerSelection.Confidence, AnswerSelection.Checker);
        if (options.MaxSegments is { } maximum)
        {
            rules.Between("MaxSegments", maximum, 1, HaltingOptionsValidator.MostSegments);
        }

        if (options.SegmentBudget is { } segments)
        {
            var attempts = (long)options.Symmetries * options.Starts;
            rules.Check("SegmentBudget", segments, segments >= attempts, string.Create(CultureInfo.InvariantCulture, $"at least the {attempts} attempts"));
        }

        if (options.TimeBudget is { } time)
        {
            rules.Check("TimeBudget", time, time > TimeSpan.Zero && time <= LongestTime, string.Create(CultureInfo.InvariantCulture, $"a time above zero, at most {LongestTime.TotalDays} days"));
        }

        return rules.Errors;
    }
}
