using System.Text.Json.Serialization;

namespace Hrm.Training;

/// <summary>Sums of the metrics over rows that have halted and have labels; losses are summed over all rows.</summary>
/// <param name="Count">The number of rows.</param>
/// <param name="Accuracy">Σ fraction of right tokens.</param>
/// <param name="ExactAccuracy">Σ rows with every token right.</param>
/// <param name="QHaltAccuracy">Σ rows for which q_halt ≥ 0 if and only if the row is right.</param>
/// <param name="Segments">Σ segments run.</param>
/// <param name="TokenLoss">The loss of the tokens, over all rows.</param>
/// <param name="QHaltLoss">BCE of q_halt, over all rows.</param>
/// <param name="QContinueLoss">BCE of q_continue, over all rows; 0 if it has no target.</param>
public readonly record struct MetricSums(
    double Count,
    double Accuracy,
    double ExactAccuracy,
    double QHaltAccuracy,
    double Segments,
    double TokenLoss,
    double QHaltLoss,
    double QContinueLoss)
{
    internal const int Length = 9;

    /// <summary>The auxiliary loss of the trainer, over all rows; 0 without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double AuxiliaryLoss { get; init; }

    /// <summary>True if no loss is NaN or infinite.</summary>
    [JsonIgnore]
    public bool HasFiniteLosses => double.IsFinite(TokenLoss + QHaltLoss + QContinueLoss + AuxiliaryLoss);

    /// <summary>Reads sums from the device; waits for it.</summary>
    /// <param name="metrics">[9], float64: <see cref="LossResult.Metrics"/>, or a sum of several.</param>
    /// <exception cref="ShapeMismatchException">The shape is not [9].</exception>
    public static MetricSums Read(Tensor metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        ShapeGuard.Require(metrics, nameof(metrics), Length);
        using var scope = NewDisposeScope();
        return Of(metrics.cpu().data<double>().ToArray());
    }

    /// <summary>The tensor for <see cref="Read"/>, on the CPU, [9], float64.</summary>
    internal Tensor ToTensor() => tensor(Values, ScalarType.Float64);

    /// <summary>Adds the sums of another batch.</summary>
    public static MetricSums operator +(MetricSums left, MetricSums right) => Of([.. left.Values.Zip(right.Values, (one, other) => one + other)]);

    /// <summary>The averages: metrics over <see cref="Count"/>, losses over <paramref name="lossCount"/>.</summary>
    /// <param name="lossCount">The rows of the losses: global batch times steps in training, <see cref="Count"/> in evaluation.</param>
    public MetricAverages Average(double lossCount)
    {
        var rows = Math.Max(1, Count);
        var lossRows = Math.Max(1, lossCount);
        return new MetricAverages(
            Count,
            Accuracy / rows,
            ExactAccuracy / rows,
            QHaltAccuracy / rows,
            Segments / rows,
            TokenLoss / lossRows,
            QHaltLoss / lossRows,
            QContinueLoss / lossRows)
        {
            AuxiliaryLoss = AuxiliaryLoss / lossRows,
        };
    }

    private double[] Values => [Count, Accuracy, ExactAccuracy, QHaltAccuracy, Segments, TokenLoss, QHaltLoss, QContinueLoss, AuxiliaryLoss];

    private static MetricSums Of(double[] values)
        => new(values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7]) { AuxiliaryLoss = values[8] };
}

/// <summary>Averages of <see cref="MetricSums"/>.</summary>
/// <param name="Count">The number of rows of the metrics.</param>
/// <param name="Accuracy">The fraction of labelled tokens that are right, averaged over rows; 0 … 1.</param>
/// <param name="ExactAccuracy">The fraction of rows with every labelled token right; 0 … 1.</param>
/// <param name="QHaltAccuracy">The fraction of rows for which q_halt ≥ 0 if and only if the row is right; 0 … 1.</param>
/// <param name="Segments">The mean number of segments run.</param>
/// <param name="TokenLoss">The loss of the tokens per row.</param>
/// <param name="QHaltLoss">BCE of q_halt per row.</param>
/// <param name="QContinueLoss">BCE of q_continue per row.</param>
public readonly record struct MetricAverages(
    double Count,
    double Accuracy,
    double ExactAccuracy,
    double QHaltAccuracy,
    double Segments,
    double TokenLoss,
    double QHaltLoss,
    double QContinueLoss)
{
    /// <summary>The auxiliary loss of the trainer per row; 0 without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double AuxiliaryLoss { get; init; }
}
