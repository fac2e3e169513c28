using BenchmarkDotNet.Attributes;
using Hrm.Benchmarks.Reporting;
using Hrm.Benchmarks.Workloads;
using Hrm.Core;

namespace Hrm.Benchmarks.Suites;

/// <summary>
/// One segment, float32, with the one-step gradient, with that of the last cycle, and with full unrolling (back-propagation through
/// time): what the approximation saves; and the one-step gradient by the plain op sequence and by its products alone.
/// </summary>
[PeakMemory]
public class GradientBenchmarks
{
    private SegmentWorkload? _workload;

    /// <summary>The size of the segment.</summary>
    [ParamsSource(nameof(Workloads))]
    public GradientWorkload Workload { get; set; }

    /// <summary>The sizes; a filter of the run chooses among them.</summary>
    public static IEnumerable<GradientWorkload> Workloads => GradientWorkload.All;

    /// <summary>How much is run.</summary>
    [ParamsAllValues]
    public SegmentPass Pass { get; set; }

    /// <summary>Makes model and data, and proves that library and plain op sequence compute the same.</summary>
    /// <exception cref="UnequalResultsException">They do not.</exception>
    [GlobalSetup]
    public void Setup()
    {
        _workload = new SegmentWorkload(Workload, Pass);
        _workload.RequireEqualSegments();
    }

    /// <summary>Frees model and data.</summary>
    [GlobalCleanup]
    public void Cleanup() => _workload?.Dispose();

    /// <summary>The last low and the last high update record gradients.</summary>
    [Benchmark(Baseline = true)]
    public void OneStep() => _workload!.Run(GradientMode.OneStep);

    /// <summary>The last cycle records gradients.</summary>
    [Benchmark]
    public void LastCycle() => _workload!.Run(GradientMode.LastCycle);

    /// <summary>Every update records gradients.</summary>
    [Benchmark]
    public void FullUnroll() => _workload!.Run(GradientMode.FullUnroll);

    /// <summary>The one-step gradient by the authors' operations, one after the other.</summary>
    [Benchmark]
    public void PlainOneStep() => _workload!.RunPlain();

    /// <summary>The matrix products of the blocks with the one-step gradient.</summary>
    [Benchmark]
    public void Roofline() => _workload!.RunRoofline();
}
