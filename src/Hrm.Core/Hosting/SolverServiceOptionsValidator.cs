using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Hrm.Core;

/// <summary>Checks <see cref="SolverServiceOptions"/>; every bad field is reported.</summary>
/// <remarks>
/// A setting that the chosen policy does not read is an error too: it would do nothing. Whether the weights fit the config, and
/// whether the device is there, turns out when the model is loaded.
/// </remarks>
public sealed partial class SolverServiceOptionsValidator : IValidateOptions<SolverServiceOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SolverServiceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var errors = Check(options).ToList();
        if (options is { Limits: not null, Halting: not null })
        {
            errors.AddRange(SolverOptionsValidator.Check(options.Limits).Select(error => $"Limits:{error}"));
            errors.AddRange(Check(options.Halting).Select(error => $"Halting:{error}"));
            errors.AddRange(Unread(options.Halting, options.Limits));
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static IReadOnlyList<string> Check(SolverServiceOptions options) => new RangeRules()
        .Check("Folder", $"'{options.Folder}'", IsModel(options.Folder), "the folder of a model, with a config.json and a model.safetensors")
        .Check("Device", $"'{options.Device}'", options.Device is not null && DeviceName().IsMatch(options.Device), "cpu, mps, cuda or cuda:0, cuda:1, …")
        .Check("ForwardDtype", $"'{options.ForwardDtype}'", options.ForwardDtype is null || ForwardDtypes.TryParse(options.ForwardDtype, out _), ForwardDtypes.Names)
        .Check("Limits", "none", options.Limits is not null, "the limits")
        .Check("Halting", "none", options.Halting is not null, "the policy of halting")
        .Errors;

    private static bool IsModel(string? folder)
        => folder is { Length: > 0 } && File.Exists(Path.Combine(folder, ModelFolder.ConfigName)) && WeightsFolder.Holds(folder);

    /// <summary>What is set but not read by the policy.</summary>
    private static IEnumerable<string> Unread(SolverHaltingOptions halting, SolverOptions limits)
    {
        var defaults = new SolverHaltingOptions();
        (string Field, bool IsSet, HaltingPolicyKind Reader)[] settings =
        [
            ("Limits:MinSegments", limits.MinSegments != new SolverOptions().MinSegments, HaltingPolicyKind.QValues),
            ("Limits:Rule", limits.Rule is not null, HaltingPolicyKind.QValues),
            ("Halting:Threshold", !halting.Threshold.Equals(defaults.Threshold), HaltingPolicyKind.Confidence),
            ("Halting:UnchangedSegments", halting.UnchangedSegments != defaults.UnchangedSegments, HaltingPolicyKind.Stable),
        ];
        return settings
            .Where(setting => setting.IsSet && setting.Reader != halting.Policy && Enum.IsDefined(halting.Policy))
            .Select(setting => $"{setting.Field}: expected to be unset, as the policy {halting.Policy} does not read it; {setting.Reader} does");
    }

    private static IReadOnlyList<string> Check(SolverHaltingOptions options) => new RangeRules()
        .OneOf("Policy", options.Policy, HaltingPolicyKind.QValues, HaltingPolicyKind.Fixed, HaltingPolicyKind.Confidence, HaltingPolicyKind.Stable)
        .Check("Threshold", options.Threshold, options.Threshold is > 0 and < 1, "a probability above 0 and below 1")
        .Between("UnchangedSegments", options.UnchangedSegments, 1, HaltingOptionsValidator.MostSegments)
        .Check("TimeLimit", options.TimeLimit ?? default, options.TimeLimit is null || options.TimeLimit > TimeSpan.Zero, "a time above zero")
        .Errors;

    [GeneratedRegex(@"^(cpu|mps|cuda(:\d{1,2})?)\z")]
    private static partial Regex DeviceName();
}
