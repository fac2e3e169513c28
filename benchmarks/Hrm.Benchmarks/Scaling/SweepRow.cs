namespace Hrm.Benchmarks.Scaling;

/// <summary>A point of a sweep.</summary>
/// <param name="Sweep">The sweep.</param>
/// <param name="Mode">What was run.</param>
/// <param name="Value">What stands at the axis.</param>
/// <param name="Milliseconds">The median of its runs; <see langword="null"/> where it would not fit into memory.</param>
/// <param name="PeakMiB">The peak of memory.</param>
internal sealed record SweepRow(string Sweep, ScalingMode Mode, double Value, double? Milliseconds, double? PeakMiB);
