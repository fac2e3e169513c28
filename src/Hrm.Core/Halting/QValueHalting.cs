namespace Hrm.Core;

/// <summary>The rule of <see cref="AdaptiveHalting"/> for inference: a puzzle stops when halting is worth more than going on.</summary>
/// <remarks>
/// <c>segments ≥ minimum and q_halt &gt; q_continue, or segments ≥ M</c>; nothing is explored, so no generator is needed.
/// Source: arXiv 2506.21734, section 2, "Adaptive computational time".
/// </remarks>
public sealed class QValueHalting : IBoundedHalting
{
    private readonly int _minSegments;
    private readonly HaltingRule _rule;

    /// <summary>Creates the policy.</summary>
    /// <param name="maxSegments">M.</param>
    /// <param name="minSegments">The smallest number of segments before the Q values may halt; 1 … M.</param>
    /// <param name="rule">When the Q values speak for halting.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public QValueHalting(int maxSegments, int minSegments = 1, HaltingRule rule = HaltingRule.HaltOverContinue)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxSegments);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(minSegments);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minSegments, maxSegments);
        if (rule is not (HaltingRule.HaltOverContinue or HaltingRule.HaltPositive or HaltingRule.Never))
        {
            throw new ArgumentOutOfRangeException(nameof(rule), rule, "expected HaltOverContinue, HaltPositive or Never");
        }

        MaxSegments = maxSegments;
        _minSegments = minSegments;
        _rule = rule;
    }

    /// <inheritdoc/>
    public int MaxSegments { get; }

    /// <inheritdoc/>
    public HaltReason Decide(in SegmentState state)
    {
        var prefersHalt = _rule switch
        {
            HaltingRule.HaltOverContinue => state.QHalt > state.QContinue,
            HaltingRule.HaltPositive => state.QHalt > 0,
            _ => false,
        };
        return prefersHalt && state.Segments >= _minSegments ? HaltReason.QValues
            : state.Segments >= MaxSegments ? HaltReason.Maximum
            : HaltReason.None;
    }

    IHaltingPolicy IBoundedHalting.WithMaximum(int maxSegments) => new QValueHalting(maxSegments, Math.Min(_minSegments, maxSegments), _rule);
}
