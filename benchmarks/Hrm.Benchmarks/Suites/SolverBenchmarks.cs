using BenchmarkDotNet.Attributes;
using Hrm.Benchmarks.Workloads;
using Hrm.Benchmarks.Workloads.Layers;

namespace Hrm.Benchmarks.Suites;

/// <summary>
/// Puzzles through the solver, with random weights: every one the same number of segments, so that work is compared with work. What
/// halting is worth needs a trained model: the commands <c>halting</c> and <c>ratios</c>.
/// </summary>
public class SolverBenchmarks
{
    private SolverWorkload? _workload;

    /// <summary>The model.</summary>
    [ParamsAllValues]
    public TrainingPreset Preset { get; set; }

    /// <summary>The forward dtype.</summary>
    [ParamsAllValues]
    public FloatKind Float { get; set; }

    /// <summary>How many puzzles are asked at once.</summary>
    [Params(1, 16)]
    public int Puzzles { get; set; }

    /// <summary>Makes the model, and proves that solver and plain op sequence answer the same.</summary>
    /// <exception cref="UnequalResultsException">They do not.</exception>
    [GlobalSetup]
    public void Setup()
    {
        _workload = new SolverWorkload(Preset, Float, Puzzles);
        _workload.RequireEqualAnswers();
    }

    /// <summary>Frees the model.</summary>
    [GlobalCleanup]
    public void Cleanup() => _workload?.Dispose();

    /// <summary>The authors' operations for as many segments, answers read at the end.</summary>
    [Benchmark(Baseline = true)]
    public int PlainSequence() => _workload!.SolvePlain().Length;

    /// <summary>The matrix products of as many segments.</summary>
    [Benchmark]
    public void Roofline() => _workload!.RunRoofline();

    /// <summary>The solver with a fixed number of segments.</summary>
    [Benchmark]
    public int Solver() => _workload!.Solve().Length;
}
