using BenchmarkDotNet.Attributes;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Workloads;
using Hrm.Core;

namespace Hrm.Benchmarks.Suites;

/// <summary>
/// One segment, float32, with the one-step gradient, the gradient of the last cycle, and full unrolling (back-propagation through time);
/// the one-step gradient also by the plain op sequence and as matrix products only.
/// </summary>
public class GradientBenchmarks
{
    private static readonly int[] Batches = [1, 4, 16, 64];
    private static readonly int[] Tokens = [16, 256, 900];
    private static readonly int[] Widths = [64, 256, 512];
    private static readonly int[] Cycles = [2, 4, 8];

    private SegmentWorkload? _workload;

    [ParamsSource(nameof(Sizes))]
    public SegmentSize Size { get; set; }

    /// <summary>4 + 4 blocks of the 27M preset's width as N·T grows, and a small model as B, S, D and N·T grow one at a time.</summary>
    public static IEnumerable<SegmentSize> Sizes =>
    [
        .. Cycles.Select(cycles => new SegmentSize(Batch: 2, Tokens: 81, Width: 512, Layers: 4, cycles)),
        .. Batches.Select(batch => new SegmentSize(batch, Tokens: 81, Width: 128, Layers: 2, Cycles: 2)),
        .. Tokens.Select(tokens => new SegmentSize(Batch: 16, tokens, Width: 128, Layers: 2, Cycles: 2)),
        .. Widths.Select(width => new SegmentSize(Batch: 16, Tokens: 81, width, Layers: 2, Cycles: 2)),
        .. Cycles.Skip(1).Select(cycles => new SegmentSize(Batch: 16, Tokens: 81, Width: 128, Layers: 2, cycles)),
    ];

    [ParamsAllValues]
    public Pass Pass { get; set; }

    /// <summary>Creates model and data, and proves that library and plain op sequence compute the same.</summary>
    /// <exception cref="MeasurementException">They do not.</exception>
    [GlobalSetup]
    public void Setup()
    {
        _workload = new SegmentWorkload(Size);
        _workload.RequireEqualSegments();
    }

    [GlobalCleanup]
    public void Cleanup() => _workload?.Dispose();

    /// <summary>The last low and the last high update record gradients.</summary>
    [Benchmark(Baseline = true)]
    public void OneStep() => _workload!.Run(GradientMode.OneStep, Pass);

    /// <summary>The last cycle records gradients.</summary>
    [Benchmark]
    public void LastCycle() => _workload!.Run(GradientMode.LastCycle, Pass);

    /// <summary>Every update records gradients.</summary>
    [Benchmark]
    public void FullUnroll() => _workload!.Run(GradientMode.FullUnroll, Pass);

    /// <summary>One-step gradient by the authors' operations, one after the other.</summary>
    [Benchmark]
    public void PlainOneStep() => _workload!.RunPlain(Pass);

    /// <summary>Matrix products of the blocks with the one-step gradient.</summary>
    [Benchmark]
    public void Roofline() => _workload!.RunProducts(Pass);
}
