namespace Hrm.Training;

/// <summary>How far one update of the recurrence moves its state, on average over examples.</summary>
/// <param name="Segment">The segment, from 1.</param>
/// <param name="Cycle">The high cycle within it, from 0.</param>
/// <param name="Step">The low update within the cycle, from 0; T for the high update that ends it.</param>
/// <param name="IsHigh">Whether H was updated, not L.</param>
/// <param name="Mean">The mean of ‖z' − z‖ over the examples, the norm over all tokens and D: as in the paper.</param>
/// <param name="Relative">The mean of ‖z' − z‖ / ‖z‖.</param>
public readonly record struct UpdateResidual(int Segment, int Cycle, int Step, bool IsHigh, double Mean, double Relative);
