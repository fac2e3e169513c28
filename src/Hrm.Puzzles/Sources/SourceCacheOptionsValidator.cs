using Hrm.Core;
using Microsoft.Extensions.Options;

namespace Hrm.Puzzles;

/// <summary>Checks <see cref="SourceCacheOptions"/> and reports every bad field at once.</summary>
public sealed class SourceCacheOptionsValidator : IValidateOptions<SourceCacheOptions>
{
    private const int MostAttempts = 20;
    private const int MostArchiveEntries = 10_000_000;

    internal static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestStall = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SourceCacheOptions options)
    {
        var errors = Check(options);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    internal static IReadOnlyList<string> Check(SourceCacheOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new RangeRules()
            .Between("MaximumBytes", options.MaximumBytes, 1, long.MaxValue)
            .Between("Attempts", options.Attempts, 1, MostAttempts)
            .Check("RetryDelay", options.RetryDelay, options.RetryDelay >= TimeSpan.Zero && options.RetryDelay <= LongestDelay, $"00:00:00 … {LongestDelay:c}")
            .Check("StallTimeout", options.StallTimeout, options.StallTimeout > TimeSpan.Zero && options.StallTimeout <= LongestStall, $"above 00:00:00, at most {LongestStall:c}")
            .Between("MaximumArchiveEntries", options.MaximumArchiveEntries, 1, MostArchiveEntries)
            .Between("MaximumArchiveBytes", options.MaximumArchiveBytes, 1, long.MaxValue)
            .Errors;
    }
}
