namespace Hrm.Core;

/// <summary>Decides after each segment whether a puzzle stops.</summary>
/// <remarks>
/// A policy holds no weights and no state of a puzzle, so one object serves any number of puzzles. The caller sets the largest
/// number of segments, not the policy. A solver calls the policy on its own thread. The policy must not call that solver:
/// the call would wait for itself and throws <see cref="InvalidOperationException"/>.
/// </remarks>
public interface IHaltingPolicy
{
    /// <summary>Decides whether a puzzle stops.</summary>
    /// <param name="state">The results of the segment that has just run.</param>
    /// <returns>The reason to stop, or <see cref="HaltReason.None"/> to continue.</returns>
    HaltReason Decide(in SegmentState state);
}

/// <summary>The results of one segment of one puzzle, as a halting policy reads them.</summary>
/// <param name="Segments">Segments run, this one included; at least 1.</param>
/// <param name="QHalt">The Q value of halting, before the sigmoid.</param>
/// <param name="QContinue">The Q value of continuing, before the sigmoid.</param>
/// <param name="UnchangedSegments">The number of segments since the answer last changed: 0 after the first, and after each that changed it.</param>
/// <param name="Elapsed">The time since the puzzle's first segment began.</param>
public readonly record struct SegmentState(int Segments, float QHalt, float QContinue, int UnchangedSegments = 0, TimeSpan Elapsed = default);

/// <summary>The reason why a puzzle stopped. A combination of policies may have several reasons at once.</summary>
[Flags]
public enum HaltReason
{
    /// <summary>The puzzle has not stopped.</summary>
    None = 0,

    /// <summary>The largest number of segments has run, and the policy gave no reason.</summary>
    Maximum = 1,

    /// <summary>The Q values preferred halting: <see cref="QValueHalting"/>.</summary>
    QValues = 2,

    /// <summary>The confidence reached its threshold: <see cref="ConfidenceHalting"/>.</summary>
    Confident = 4,

    /// <summary>The answer had stayed the same: <see cref="StableHalting"/>.</summary>
    Stable = 8,

    /// <summary>The time allowed was used up: <see cref="TimeHalting"/>.</summary>
    Time = 16,

    /// <summary>Another policy stopped the puzzle.</summary>
    Custom = 32,
}

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

/// <summary>Stops a puzzle when the model's confidence in its answer is high enough: <c>sigmoid(q_halt) ≥ threshold</c>.</summary>
/// <remarks>q_halt is trained to predict whether the answer is right; it is a probability only as far as training made it one.</remarks>
/// <param name="threshold">The smallest confidence that stops a puzzle; above 0, below 1.</param>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="threshold"/> is out of its range.</exception>
public sealed class ConfidenceHalting(double threshold) : IHaltingPolicy
{
    private readonly double _threshold = threshold is > 0 and < 1
        ? threshold
        : throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "expected a probability above 0 and below 1");

    /// <inheritdoc/>
    public HaltReason Decide(in SegmentState state)
    {
        var confidence = 1 / (1 + Math.Exp(-(double)state.QHalt));
        return confidence >= _threshold ? HaltReason.Confident : HaltReason.None;
    }
}

/// <summary>Stops a puzzle when its answer has stayed the same for a number of segments; needs no Q values.</summary>
/// <param name="unchangedSegments">k: stops after k segments in a row that did not change the answer, so after k + 1 at the earliest; at least 1.</param>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="unchangedSegments"/> is not positive.</exception>
public sealed class StableHalting(int unchangedSegments) : IHaltingPolicy
{
    private readonly int _unchangedSegments = unchangedSegments > 0
        ? unchangedSegments
        : throw new ArgumentOutOfRangeException(nameof(unchangedSegments), unchangedSegments, "expected at least 1");

    /// <inheritdoc/>
    public HaltReason Decide(in SegmentState state)
        => state.UnchangedSegments >= _unchangedSegments ? HaltReason.Stable : HaltReason.None;
}

/// <summary>Stops a puzzle at the end of the segment in which its time runs out.</summary>
/// <remarks>The time counts from the start of the puzzle's first segment; time in a queue does not count.</remarks>
/// <param name="budget">The time allowed; above zero. One segment is always run.</param>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="budget"/> is not positive.</exception>
public sealed class TimeHalting(TimeSpan budget) : IHaltingPolicy
{
    private readonly TimeSpan _budget = budget > TimeSpan.Zero
        ? budget
        : throw new ArgumentOutOfRangeException(nameof(budget), budget, "expected a time above zero");

    /// <inheritdoc/>
    public HaltReason Decide(in SegmentState state) => state.Elapsed >= _budget ? HaltReason.Time : HaltReason.None;
}

/// <summary>Stops a puzzle when at least one of several policies does; reports the reasons of all that do.</summary>
public sealed class AnyHalting : IHaltingPolicy
{
    private readonly IHaltingPolicy[] _policies;

    /// <summary>Creates the policy.</summary>
    /// <param name="policies">At least one.</param>
    /// <exception cref="ArgumentException">The list is empty or contains <see langword="null"/>.</exception>
    public AnyHalting(params IReadOnlyList<IHaltingPolicy> policies)
    {
        ArgumentNullException.ThrowIfNull(policies);
        if (policies.Count == 0 || policies.Contains(null!))
        {
            throw new ArgumentException("expected at least one policy, got none or null among them", nameof(policies));
        }

        _policies = [.. policies];
    }

    /// <inheritdoc/>
    public HaltReason Decide(in SegmentState state)
    {
        var reasons = HaltReason.None;
        foreach (var policy in _policies)
        {
            reasons |= policy.Decide(state);
        }

        return reasons;
    }
}
