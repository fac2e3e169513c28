using BenchmarkDotNet.Attributes;
using Hrm.Benchmarks.Workloads;

namespace Hrm.Benchmarks.Suites;

/// <summary>A batch of training from a dataset folder on disk, against the least that it can take: tensors of rows that are in memory.</summary>
public class SamplerBenchmarks
{
    private SamplerWorkload? _workload;

    /// <summary>B.</summary>
    [Params(64, 768)]
    public int Batch { get; set; }

    /// <summary>Writes the dataset.</summary>
    [GlobalSetup]
    public void Setup() => _workload = new SamplerWorkload(Batch);

    /// <summary>Removes the dataset.</summary>
    [GlobalCleanup]
    public void Cleanup() => _workload?.Dispose();

    /// <summary>Tensors of tokens that were drawn before.</summary>
    [Benchmark(Baseline = true)]
    public void Roofline() => _workload!.CopyBatch();

    /// <summary>Drawn, read from the files, checked, and made tensors.</summary>
    [Benchmark]
    public void Stored() => _workload!.NextStored();

    /// <summary>The same, and changed by a random symmetry of the puzzle.</summary>
    [Benchmark]
    public void Augmented() => _workload!.NextAugmented();
}
