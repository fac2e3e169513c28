namespace Hrm.Samples.SolverService;

/// <summary>JSON has no NaN and no infinity, which a model that diverged gives.</summary>
internal static class FiniteNumber
{
    public static double? OrNull(double value) => double.IsFinite(value) ? value : null;
}
