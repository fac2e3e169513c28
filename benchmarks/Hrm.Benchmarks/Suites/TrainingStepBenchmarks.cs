using BenchmarkDotNet.Attributes;
using Hrm.Benchmarks.Reporting;
using Hrm.Benchmarks.Workloads;
using Hrm.Benchmarks.Workloads.Layers;

namespace Hrm.Benchmarks.Suites;

/// <summary>
/// A whole training step on real 9×9 puzzles (refill, segment, target of continuing, loss, gradient, optimizer, average) by
/// the library and by the plain op sequence of the authors' code on the same libtorch.
/// </summary>
[PeakMemory]
public class TrainingStepBenchmarks
{
    private TrainingPair? _pair;

    /// <summary>What is trained.</summary>
    [ParamsAllValues]
    public TrainingPreset Preset { get; set; }

    /// <summary>The forward dtype.</summary>
    [ParamsAllValues]
    public FloatKind Float { get; set; }

    /// <summary>Makes both sides and proves that they compute the same.</summary>
    /// <exception cref="UnequalResultsException">They do not.</exception>
    [GlobalSetup]
    public void Setup()
    {
        _pair = new TrainingPair(TrainingWorkload.Of(Preset, Float));
        EqualResults.Require(_pair);
    }

    /// <summary>Frees both sides.</summary>
    [GlobalCleanup]
    public void Cleanup() => _pair?.Dispose();

    /// <summary>The authors' operations, one after the other.</summary>
    [Benchmark(Baseline = true)]
    public void PlainSequence() => _pair!.StepPlain().Dispose();

    /// <summary>The library's trainer.</summary>
    [Benchmark]
    public void Library() => _pair!.StepLibrary().Dispose();
}
