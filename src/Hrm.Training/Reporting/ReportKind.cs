namespace Hrm.Training;

/// <summary>What the metrics of a report are over.</summary>
public enum ReportKind
{
    /// <summary>The training steps since the last report.</summary>
    Training,

    /// <summary>An evaluation.</summary>
    Evaluation,
}
