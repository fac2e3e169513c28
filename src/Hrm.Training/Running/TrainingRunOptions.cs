using Hrm.Core;

namespace Hrm.Training;

/// <summary>How a long training reports, evaluates, saves and stops. All intervals count steps: a clock never decides.</summary>
public sealed class TrainingRunOptions : IValidatedOptions
{
    /// <summary>Steps between two reports; reading the metrics waits for the device. At least 1. Default 50.</summary>
    public long ReportInterval { get; set; } = 50;

    /// <summary>Steps between two evaluations; one more at the end. 0 for none. Default 0.</summary>
    public long EvaluationInterval { get; set; }

    /// <summary>Steps between two checkpoints; one more at the start, after each evaluation and at the end. At least 1. Default 500.</summary>
    public long CheckpointInterval { get; set; } = 500;

    /// <summary>The number of evaluations in a row that may bring no better exact accuracy before the run stops; 0 for no limit. Default 0.</summary>
    public int Patience { get; set; }

    /// <summary>
    /// The exact accuracy in training, averaged over a report, at which the run stops: training on beyond all right answers
    /// is known to destabilise the Q values. Above 0 … 1; 0 for never. Default 0.
    /// </summary>
    public double StopAtTrainingAccuracy { get; set; }

    /// <summary>
    /// How often a run may go back to its last checkpoint and leave out the batch at which loss or gradient stopped being
    /// finite; beyond that it stops. Default 0.
    /// </summary>
    public int MaxRollbacks { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules()
        .Between(nameof(ReportInterval), ReportInterval, 1, long.MaxValue)
        .Between(nameof(EvaluationInterval), EvaluationInterval, 0, long.MaxValue)
        .Between(nameof(CheckpointInterval), CheckpointInterval, 1, long.MaxValue)
        .Between(nameof(Patience), Patience, 0, int.MaxValue)
        .Between(nameof(StopAtTrainingAccuracy), StopAtTrainingAccuracy, 0, 1)
        .Between(nameof(MaxRollbacks), MaxRollbacks, 0, int.MaxValue)
        .Errors;
}
