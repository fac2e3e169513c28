using System.Text.RegularExpressions;

namespace Hrm.Core;

/// <summary>The model and behaviour of an application's solver.</summary>
public sealed partial class SolverServiceOptions : IValidatedOptions
{
    /// <summary>The folder of the model: <c>config.json</c> and <c>model.safetensors</c> . Required.</summary>
    public string Folder { get; set; } = string.Empty;

    /// <summary>The device of the model: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>, <c>mps</c>. Default <c>cpu</c>.</summary>
    public string Device { get; set; } = "cpu";

    /// <summary>The dtype to compute in instead of the model's: <c>float32</c> or <c>bfloat16</c>. Default: the model's.</summary>
    public string? ForwardDtype { get; set; }

    /// <summary>Batch, queue and maximum.</summary>
    public SolverOptions Limits { get; set; } = new();

    /// <summary>The halting policy; by default the paper's rule.</summary>
    public SolverHaltingOptions Halting { get; set; } = new();

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors()
    {
        var rules = new RangeRules()
            .Check(nameof(Folder), $"'{Folder}'", IsModel(Folder), "the folder of a model, with a config.json and a model.safetensors")
            .Check(nameof(Device), $"'{Device}'", Device is not null && DeviceName().IsMatch(Device), "cpu, mps, cuda or cuda:0, cuda:1, …")
            .Check(nameof(ForwardDtype), $"'{ForwardDtype}'", ForwardDtype is null || ForwardDtypes.Instance.Find(ForwardDtype) is not null, ForwardDtypes.Instance.Names)
            .Nested(nameof(Limits), Limits)
            .Nested(nameof(Halting), Halting);
        return Limits is null || Halting is null ? rules.Errors : [.. rules.Errors, .. FindUnread(Halting, Limits)];
    }

    private static bool IsModel(string? folder)
        => folder is { Length: > 0 } && File.Exists(Path.Combine(folder, ModelFolder.ConfigName)) && File.Exists(Path.Combine(folder, ModelFolder.WeightsName));

    /// <summary>Finds settings that the chosen policy does not read: they would silently do nothing.</summary>
    private static IEnumerable<string> FindUnread(SolverHaltingOptions halting, SolverOptions limits)
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

    [GeneratedRegex(@"^(cpu|mps|cuda(:\d{1,2})?)\z")]
    private static partial Regex DeviceName();
}

/// <summary>The halting policy of an application's solver.</summary>
/// <remarks>
/// Every puzzle stops at <see cref="SolverOptions.MaxSegments"/>. Only the paper's rule uses <see cref="SolverOptions.MinSegments"/> and
/// <see cref="SolverOptions.Rule"/>.
/// </remarks>
public sealed class SolverHaltingOptions : IValidatedOptions
{
    /// <summary>The policy. Default: the paper's rule.</summary>
    public HaltingPolicyKind Policy { get; set; } = HaltingPolicyKind.QValues;

    /// <summary>The threshold of <see cref="HaltingPolicyKind.Confidence"/>; above 0, below 1. Default 0.9.</summary>
    public double Threshold { get; set; } = 0.9;

    /// <summary>The number of unchanged segments for <see cref="HaltingPolicyKind.Stable"/>; 1 … 65536. Default 2.</summary>
    public int UnchangedSegments { get; set; } = 2;

    /// <summary>The time limit of a puzzle from its first segment on, for every policy; above zero. Default: no limit.</summary>
    public TimeSpan? TimeLimit { get; set; }

    /// <summary>Creates the policy; the options must be valid.</summary>
    /// <param name="limits">The smallest number of segments, and the rule if it is set.</param>
    /// <param name="rule">The rule for the model, used if none is set.</param>
    internal IHaltingPolicy Create(SolverOptions limits, HaltingRule rule = HaltingRule.HaltOverContinue)
    {
        IHaltingPolicy policy = Policy switch
        {
            HaltingPolicyKind.Fixed => new QValueHalting(rule: HaltingRule.Never),
            HaltingPolicyKind.Confidence => new ConfidenceHalting(Threshold),
            HaltingPolicyKind.Stable => new StableHalting(UnchangedSegments),
            _ => new QValueHalting(limits.MinSegments, limits.Rule ?? rule),
        };
        return TimeLimit is { } limit ? new AnyHalting(policy, new TimeHalting(limit)) : policy;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules()
        .OneOf(nameof(Policy), Policy, HaltingPolicyKind.QValues, HaltingPolicyKind.Fixed, HaltingPolicyKind.Confidence, HaltingPolicyKind.Stable)
        .Check(nameof(Threshold), Threshold, Threshold is > 0 and < 1, "a probability above 0 and below 1")
        .Between(nameof(UnchangedSegments), UnchangedSegments, 1, HaltingOptions.MostSegments)
        .Check(nameof(TimeLimit), TimeLimit ?? default, TimeLimit is null || TimeLimit > TimeSpan.Zero, "a time above zero")
        .Errors;
}

/// <summary>The halting policies that a configuration can select.</summary>
public enum HaltingPolicyKind
{
    /// <summary><see cref="QValueHalting"/>: the paper's rule.</summary>
    QValues,

    /// <summary>No policy: always <see cref="SolverOptions.MaxSegments"/> segments.</summary>
    Fixed,

    /// <summary><see cref="ConfidenceHalting"/>: sigmoid(q_halt) has reached a threshold.</summary>
    Confidence,

    /// <summary><see cref="StableHalting"/>: the answer has stayed the same.</summary>
    Stable,
}
