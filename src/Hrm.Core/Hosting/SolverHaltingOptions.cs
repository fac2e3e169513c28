namespace Hrm.Core;

/// <summary>When the puzzles of an application's solver stop.</summary>
/// <remarks>
/// Every policy stops at <see cref="SolverOptions.MaxSegments"/>; the paper's rule alone reads <see cref="SolverOptions.MinSegments"/>
/// and <see cref="SolverOptions.Rule"/>.
/// </remarks>
public sealed class SolverHaltingOptions : IValidatedOptions
{
    /// <summary>The policy. Default: the paper's rule.</summary>
    public HaltingPolicyKind Policy { get; set; } = HaltingPolicyKind.QValues;

    /// <summary>The probability that is enough for <see cref="HaltingPolicyKind.Confidence"/>; above 0, below 1. Default 0.9.</summary>
    public double Threshold { get; set; } = 0.9;

    /// <summary>The segments that may not change the answer, of <see cref="HaltingPolicyKind.Stable"/>; 1 … 65536. Default 2.</summary>
    public int UnchangedSegments { get; set; } = 2;

    /// <summary>The time a puzzle may think, counted from its first segment, whatever the policy; above zero. Default: no limit.</summary>
    public TimeSpan? TimeLimit { get; set; }

    /// <summary>The policy that checked options describe.</summary>
    /// <param name="limits">The limits in segments, and the rule where it is set.</param>
    /// <param name="rule">The rule that fits the model, where none is set.</param>
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
