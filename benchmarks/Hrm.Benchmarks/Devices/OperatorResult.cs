namespace Hrm.Benchmarks.Devices;

/// <summary>What became of a check.</summary>
/// <param name="Name">The check.</param>
/// <param name="Dtype">The dtype of its inputs.</param>
/// <param name="Deviation">The largest deviation from the result in float64, over the largest value; of result and gradients the worst.</param>
/// <param name="Allowed">The largest deviation that passes.</param>
/// <param name="Strides">How the result lies in memory.</param>
/// <param name="Failure">What is wrong, or <see langword="null"/>.</param>
internal sealed record OperatorResult(string Name, string Dtype, double? Deviation, double Allowed, string? Strides, string? Failure);
