using BenchmarkDotNet.Attributes;
using Hrm.Benchmarks.Reporting;
using Hrm.Benchmarks.Workloads.Layers;

namespace Hrm.Benchmarks.Suites;

/// <summary>Block and layers against the plain op sequence and against their matrix products alone.</summary>
[PeakMemory(IsFullRunOnly = true)]
public class LayerBenchmarks
{
    private LayerPair? _pair;

    /// <summary>The layer and its size.</summary>
    [ParamsSource(nameof(Layers))]
    public LayerCase Layer { get; set; }

    /// <summary>The layers; a filter of the run chooses among them.</summary>
    public static IEnumerable<LayerCase> Layers => LayerCase.All;

    /// <summary>What is run.</summary>
    [ParamsAllValues]
    public Pass Pass { get; set; }

    /// <summary>Makes the sides and proves that they compute the same.</summary>
    /// <exception cref="Workloads.UnequalResultsException">They do not.</exception>
    [GlobalSetup]
    public void Setup()
    {
        _pair = new LayerPair(Layer);
        LayerEquality.Require(_pair);
    }

    /// <summary>Frees the sides.</summary>
    [GlobalCleanup]
    public void Cleanup() => _pair?.Dispose();

    /// <summary>The authors' operations, one after the other.</summary>
    [Benchmark(Baseline = true)]
    public void PlainSequence() => _pair!.RunPlain(Pass);

    /// <summary>The matrix products alone; of a layer without products a copy a pass.</summary>
    [Benchmark]
    public void Roofline() => _pair!.RunRoofline(Pass);

    /// <summary>The library's layer.</summary>
    [Benchmark]
    public void Library() => _pair!.RunLibrary(Pass);
}
