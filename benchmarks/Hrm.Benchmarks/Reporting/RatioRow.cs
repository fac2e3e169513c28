namespace Hrm.Benchmarks.Reporting;

/// <summary>A case against its baseline of the same run.</summary>
/// <param name="Case">The case.</param>
/// <param name="Baseline">Its baseline.</param>
/// <param name="Ratio">Median over median; below 1 is faster than the baseline.</param>
/// <param name="BaselineMs">The baseline's median, milliseconds.</param>
/// <param name="MeasuredMs">The case's median, milliseconds.</param>
internal sealed record RatioRow(string Case, string Baseline, double Ratio, double BaselineMs, double MeasuredMs);
