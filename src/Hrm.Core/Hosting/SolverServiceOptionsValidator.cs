using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Hrm.Core;

/// <summary>Checks <see cref="SolverServiceOptions"/>; every bad field is reported.</summary>
/// <remarks>Whether the weights fit the config, and whether the device is there, turns out when the model is loaded.</remarks>
public sealed partial class SolverServiceOptionsValidator : IValidateOptions<SolverServiceOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SolverServiceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var errors = Check(options)
            .Concat(SolverOptionsValidator.Check(options.Limits).Select(error => $"Limits:{error}"))
            .Concat(Check(options.Halting).Select(error => $"Halting:{error}"))
            .ToList();
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static IReadOnlyList<string> Check(SolverServiceOptions options) => new RangeRules()
        .Check("Folder", $"'{options.Folder}'", File.Exists(Path.Combine(options.Folder, "config.json")), "the folder of a model, with a config.json")
        .Check("Device", $"'{options.Device}'", DeviceName().IsMatch(options.Device), "cpu, mps, cuda or cuda:0, cuda:1, …")
        .Errors;

    private static IReadOnlyList<string> Check(SolverHaltingOptions options) => new RangeRules()
        .OneOf("Policy", options.Policy, HaltingPolicyKind.QValues, HaltingPolicyKind.Fixed, HaltingPolicyKind.Confidence, HaltingPolicyKind.Stable)
        .Check("Threshold", options.Threshold, options.Threshold is > 0 and < 1, "a probability above 0 and below 1")
        .Between("UnchangedSegments", options.UnchangedSegments, 1, HaltingOptionsValidator.MostSegments)
        .Check("TimeLimit", options.TimeLimit ?? default, options.TimeLimit is null || options.TimeLimit > TimeSpan.Zero, "a time above zero")
        .Errors;

    [GeneratedRegex(@"^(cpu|mps|cuda(:\d{1,2})?)\z")]
    private static partial Regex DeviceName();
}
