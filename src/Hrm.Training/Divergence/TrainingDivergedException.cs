namespace Hrm.Training;

/// <summary>Loss or gradient has NaN or infinity in it. The weights are those before the step.</summary>
public sealed class TrainingDivergedException : HrmException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="report">What was seen.</param>
    public TrainingDivergedException(DivergenceReport report)
        : base(Compose(report))
    {
        Report = report;
    }

    /// <summary>What was seen.</summary>
    public DivergenceReport Report { get; }

    private static string Compose(DivergenceReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return $"training: expected a finite loss and gradient, got:{Environment.NewLine}{report}";
    }
}
