namespace Hrm.Core;

/// <summary>Stops a puzzle when the model is sure enough that its answer is right: <c>sigmoid(q_halt) ≥ threshold</c>.</summary>
/// <remarks>q_halt is trained to say whether the answer is right; it is a probability only as far as training made it one.</remarks>
public sealed class ConfidenceHalting : IHaltingPolicy
{
    private readonly double _threshold;

    /// <summary>Creates the policy.</summary>
    /// <param name="threshold">The probability that is enough; above 0, below 1.</param>
    /// <param name="maxSegments">M.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public ConfidenceHalting(double threshold, int maxSegments)
    {
        if (!(threshold > 0 && threshold < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "expected a probability above 0 and below 1");
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxSegments);
        _threshold = threshold;
        MaxSegments = maxSegments;
    }

    /// <inheritdoc/>
    public int MaxSegments { get; }

    /// <inheritdoc/>
    public HaltReason Decide(in SegmentState state)
    {
        var confidence = 1 / (1 + Math.Exp(-(double)state.QHalt));
        return confidence >= _threshold ? HaltReason.Confident
            : state.Segments >= MaxSegments ? HaltReason.Maximum
            : HaltReason.None;
    }
}
