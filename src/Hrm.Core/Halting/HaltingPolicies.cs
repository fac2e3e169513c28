namespace Hrm.Core;

/// <summary>Stops a puzzle when the model's confidence in its answer is high enough: <c>sigmoid(q_halt) ≥ threshold</c>.</summary>
/// <remarks>q_halt is trained to predict whether the answer is right; it is a probability only as far as training made it one.</remarks>
public sealed class ConfidenceHalting : IHaltingPolicy
{
    private readonly double _threshold;

    /// <summary>Creates the policy.</summary>
    /// <param name="threshold">The smallest confidence that stops a puzzle; above 0, below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threshold"/> is out of its range.</exception>
    public ConfidenceHalting(double threshold)
    {
        if (!(threshold > 0 && threshold < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "expected a probability above 0 and below 1");
        }

        _threshold = threshold;
    }

    /// <inheritdoc/>
    public HaltReason Decide(in SegmentState state)
    {
        var confidence = 1 / (1 + Math.Exp(-(double)state.QHalt));
        return confidence >= _threshold ? HaltReason.Confident : HaltReason.None;
    }
}

/// <summary>Stops a puzzle when its answer has stayed the same for a number of segments; needs no Q values.</summary>
public sealed class StableHalting : IHaltingPolicy
{
    private readonly int _unchangedSegments;

    /// <summary>Creates the policy.</summary>
    /// <param name="unchangedSegments">k: stops after k segments in a row that did not change the answer, so after k + 1 at the earliest.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="unchangedSegments"/> is not positive.</exception>
    public StableHalting(int unchangedSegments)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(unchangedSegments);
        _unchangedSegments = unchangedSegments;
    }

    /// <inheritdoc/>
    public HaltReason Decide(in SegmentState state)
        => state.UnchangedSegments >= _unchangedSegments ? HaltReason.Stable : HaltReason.None;
}

/// <summary>Stops a puzzle at the end of the segment in which its time runs out.</summary>
/// <remarks>The time counts from the start of the puzzle's first segment; time in a queue does not count.</remarks>
public sealed class TimeHalting : IHaltingPolicy
{
    private readonly TimeSpan _budget;

    /// <summary>Creates the policy.</summary>
    /// <param name="budget">The time allowed; above zero. One segment is always run.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="budget"/> is not positive.</exception>
    public TimeHalting(TimeSpan budget)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(budget, TimeSpan.Zero);
        _budget = budget;
    }

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
