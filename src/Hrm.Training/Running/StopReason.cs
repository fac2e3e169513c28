namespace Hrm.Training;

/// <summary>Why a training run stopped.</summary>
public enum StopReason
{
    /// <summary>All steps were taken.</summary>
    Completed,

    /// <summary>It was asked to; a checkpoint of the last step is there.</summary>
    Cancelled,

    /// <summary>Too many evaluations in a row brought no better exact accuracy.</summary>
    NoBetterEvaluation,

    /// <summary>The training puzzles are answered as well as was asked for.</summary>
    TrainingAccuracyReached,
}
