namespace Hrm.Core;

/// <summary>The paper's rule for inference: a puzzle stops when the value of halting exceeds the value of continuing.</summary>
/// <remarks>
/// <c>segments ≥ minimum and q_halt &gt; q_continue</c>; nothing is explored, so no generator is needed.
/// Source: arXiv 2506.21734, section 2, "Adaptive computational time".
/// </remarks>
public sealed class QValueHalting : IHaltingPolicy
{
    private readonly int _minSegments;
    private readonly HaltingRule _rule;

    /// <summary>Creates the policy.</summary>
    /// <param name="minSegments">The smallest number of segments before the Q values may halt; at least 1.</param>
    /// <param name="rule">The comparison of the Q values.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public QValueHalting(int minSegments = 1, HaltingRule rule = HaltingRule.HaltOverContinue)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(minSegments);
        if (rule is not (HaltingRule.HaltOverContinue or HaltingRule.HaltPositive or HaltingRule.Never))
        {
            throw new ArgumentOutOfRangeException(nameof(rule), rule, "expected HaltOverContinue, HaltPositive or Never");
        }

        _minSegments = minSegments;
        _rule = rule;
    }

    /// <inheritdoc/>
    public HaltReason Decide(in SegmentState state)
    {
        var prefersHalt = _rule switch
        {
            HaltingRule.HaltOverContinue => state.QHalt > state.QContinue,
            HaltingRule.HaltPositive => state.QHalt > 0,
            _ => false,
        };
        return prefersHalt && state.Segments >= _minSegments ? HaltReason.QValues : HaltReason.None;
    }
}

/// <summary>The comparison of the Q values that halts a puzzle.</summary>
public enum HaltingRule
{
    /// <summary>q_halt &gt; q_continue: the paper's rule.</summary>
    HaltOverContinue,

    /// <summary>q_halt &gt; 0: for models trained without Q-continue (TRM, arXiv 2510.04871).</summary>
    HaltPositive,

    /// <summary>Never: every puzzle runs the largest number of segments. The baseline that halting is measured against.</summary>
    Never,
}
