namespace Hrm.Benchmarks.Measuring;

/// <summary>Something could not be measured.</summary>
public sealed class MeasurementException : HrmException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What failed, and how.</param>
    public MeasurementException(string message)
        : base(message)
    {
    }
}
