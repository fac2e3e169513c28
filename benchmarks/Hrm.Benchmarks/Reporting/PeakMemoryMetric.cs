using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;

namespace Hrm.Benchmarks.Reporting;

/// <summary>The column of <see cref="PeakMemoryDiagnoser"/>.</summary>
internal sealed class PeakMemoryMetric : IMetricDescriptor
{
    public static PeakMemoryMetric Instance { get; } = new();

    public string Id => nameof(PeakMemoryMetric);

    public string DisplayName => "Peak MiB";

    public string Legend => "Peak resident memory of a process that runs the case alone, above the same process with libtorch loaded";

    public string NumberFormat => "0";

    public UnitType UnitType => UnitType.Dimensionless;

    public string Unit => "";

    public bool TheGreaterTheBetter => false;

    public int PriorityInCategory => 0;

    public bool GetIsAvailable(Metric metric) => true;
}
