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
