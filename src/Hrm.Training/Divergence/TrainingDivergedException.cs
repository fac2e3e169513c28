namespace Hrm.Training;

/// <summary>
/// Loss, gradient or weights have NaN or infinity in them. With a look at each step (<see cref="TrainerOptions.FiniteCheckInterval"/> 1)
/// the weights are those before the step; with fewer looks they may have been hit already.
/// </summary>
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
        return $"training: expected a finite loss and gradient, got {report.Summary}";
    }
}
