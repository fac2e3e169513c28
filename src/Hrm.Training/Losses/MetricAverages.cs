namespace Hrm.Training;

/// <summary>Metrics as people read them.</summary>
/// <param name="Count">The number of rows that the metrics are over.</param>
/// <param name="Accuracy">The share of labelled tokens that are right, averaged over rows; 0 … 1.</param>
/// <param name="ExactAccuracy">The share of rows with every labelled token right; 0 … 1.</param>
/// <param name="QHaltAccuracy">The share of rows whose q_halt tells rightly whether the answer is right; 0 … 1.</param>
/// <param name="Segments">The mean number of segments run.</param>
/// <param name="TokenLoss">The tokens' loss a row.</param>
/// <param name="QHaltLoss">BCE of q_halt a row.</param>
/// <param name="QContinueLoss">BCE of q_continue a row.</param>
public readonly record struct MetricAverages(
    double Count,
    double Accuracy,
    double ExactAccuracy,
    double QHaltAccuracy,
    double Segments,
    double TokenLoss,
    double QHaltLoss,
    double QContinueLoss);
