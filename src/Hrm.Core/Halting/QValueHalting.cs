namespace Hrm.Core;

/// <summary>The rule of <see cref="AdaptiveHalting"/> for inference: a puzzle stops when halting is worth more than going on.</summary>
/// <remarks>
/// <c>segments ≥ minimum and q_halt &gt; q_continue, or segments ≥ M</c>; nothing is explored, so no generator is needed.
/// Source: arXiv 2506.21734, section 2, "Adaptive computational time".
/// </remarks>
public sealed class QValueHalting : IHaltingPolicy
{
    private readonly int _minSegments;
    private readonly HaltingRule _rule;

    /// <summary>Creates the policy.</summary>
    /// <param name="options">Maximum, minimum and rule, as they are now; exploration is for training.</param>
    /// <exception cref="InvalidConfigException">The options have bad fields; all are listed.</exception>
    public QValueHalting(HaltingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        InvalidConfigException.ThrowIfAny("halting options", HaltingOptionsValidator.Check(options));
        MaxSegments = options.MaxSegments;
        _minSegments = options.MinSegments;
        _rule = options.Rule;
    }

    /// <inheritdoc/>
    public int MaxSegments { get; }

    /// <inheritdoc/>
    public HaltReason Decide(in SegmentState state)
    {
        var prefersHalt = _rule == HaltingRule.HaltPositive ? state.QHalt > 0 : state.QHalt > state.QContinue;
        return prefersHalt && state.Segments >= _minSegments ? HaltReason.QValues
            : state.Segments >= MaxSegments ? HaltReason.Maximum
            : HaltReason.None;
    }
}
