namespace Hrm.Benchmarks.Reporting;

/// <summary>A case against a baseline of the same run.</summary>
/// <param name="Case">The case.</param>
/// <param name="Baseline">The method that is its baseline.</param>
/// <param name="Ratio">Median over median; below 1 is faster than the baseline.</param>
/// <param name="BaselineMs">The baseline's median, milliseconds.</param>
/// <param name="MeasuredMs">The case's median, milliseconds.</param>
/// <param name="PeakMiB">The case's peak of memory, where it was read.</param>
internal sealed record CaseRow(string Case, string Baseline, double Ratio, double BaselineMs, double MeasuredMs, double? PeakMiB);
