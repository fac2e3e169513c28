namespace Hrm.Core;

/// <summary>Halting in training: the maximum, the exploration and the comparison of the Q values.</summary>
public sealed class HaltingOptions : IValidatedOptions
{
    /// <summary>The largest maximum that options accept.</summary>
    internal const int MostSegments = 1 << 16;

    /// <summary>M, the largest number of segments; at least 1. Default 16.</summary>
    public int MaxSegments { get; set; } = 16;

    /// <summary>ε, the probability that a row must first reach a number of segments drawn uniformly from 2 … M; 0 … 1. Default 0.1.</summary>
    public double ExplorationProbability { get; set; } = 0.1;

    /// <summary>When the Q values speak for halting.</summary>
    public HaltingRule Rule { get; set; } = HaltingRule.HaltOverContinue;

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules()
        .Between(nameof(MaxSegments), MaxSegments, 1, MostSegments)
        .Between(nameof(ExplorationProbability), ExplorationProbability, 0, 1)
        .OneOf(nameof(Rule), Rule, HaltingRule.HaltOverContinue, HaltingRule.HaltPositive, HaltingRule.Never)
        .Errors;
}
