namespace Hrm.Training;

/// <summary>How far one update of L alone moves zL, and how far from its end it began, on average over examples; see <see cref="FixedPointStudy"/>.</summary>
/// <param name="Update">k, the update, from 1.</param>
/// <param name="Residual">The mean of ‖zₖ − zₖ₋₁‖ / ‖zₖ₋₁‖, the norms over all tokens and D.</param>
/// <param name="Distance">The mean of ‖zₖ₋₁ − z‖ / ‖z‖, z the state after the last update: of the first update that of the model's own zL.</param>
public readonly record struct FixedPointStep(int Update, double Residual, double Distance);
