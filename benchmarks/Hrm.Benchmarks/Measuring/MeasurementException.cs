namespace Hrm.Benchmarks.Measuring;

/// <summary>A measurement failed, or the two sides of a comparison compute different results.</summary>
public sealed class MeasurementException(string message) : HrmException(message);
