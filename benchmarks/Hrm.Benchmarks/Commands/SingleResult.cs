namespace Hrm.Benchmarks.Commands;

/// <summary>What one puzzle takes for one segment.</summary>
/// <param name="Dtype">The forward dtype.</param>
/// <param name="SegmentMs">A segment, milliseconds.</param>
/// <param name="ProductsMs">Its matrix products alone, milliseconds.</param>
/// <param name="Ratio">The one over the other.</param>
/// <param name="Rounds">The rounds whose medians these are.</param>
internal sealed record SingleResult(string Dtype, double SegmentMs, double ProductsMs, double Ratio, int Rounds);
