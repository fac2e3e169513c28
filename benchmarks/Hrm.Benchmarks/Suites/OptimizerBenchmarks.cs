using BenchmarkDotNet.Attributes;
using Hrm.Benchmarks.Plain;
using Hrm.Benchmarks.Workloads;
using Hrm.Training;
using TorchSharp;

namespace Hrm.Benchmarks.Suites;

/// <summary>
/// One step of an optimizer on the matrices of the 27M preset's blocks, gradients given: AdamATan2 in one pass against the
/// same formula in eager operations, and the other optimizers beside it.
/// </summary>
public class OptimizerBenchmarks
{
    private const double LearningRate = 1e-4;

    private OptimizerWorkload? _plain;
    private OptimizerWorkload? _onePass;
    private OptimizerWorkload? _peer;
    private OptimizerWorkload? _adamW;
    private OptimizerWorkload? _muon;
    private PlainOptimizer? _plainOptimizer;
    private AdamATan2? _adamATan2;
    private torch.optim.Optimizer? _peerOptimizer;
    private AdamW? _adamWOptimizer;
    private Muon? _muonOptimizer;

    /// <summary>Makes weights and gradients, and proves that the sides that are compared compute the same.</summary>
    /// <exception cref="UnequalResultsException">They do not.</exception>
    [GlobalSetup]
    public void Setup()
    {
        var options = new OptimizerOptions();
        (_plain, _onePass, _peer, _adamW, _muon) = (new(), new(), new(), new(), new());
        _plainOptimizer = new PlainOptimizer(_plain.Parameters, options);
        _adamATan2 = new AdamATan2(_onePass.Parameters, options);
        _peerOptimizer = torch.optim.AdamW(
            _peer.Parameters, LearningRate, options.Beta1, options.Beta2, options.Epsilon, weight_decay: options.WeightDecay);
        _adamWOptimizer = new AdamW(_adamW.Parameters, options);
        _muonOptimizer = new Muon(_muon.Parameters, Enumerable.Range(0, _muon.Parameters.Count), options);
        OptimizerWorkload.RequireEqualSteps("AdamATan2", _onePass, AdamATan2, _plain, EagerAdamATan2);
        OptimizerWorkload.RequireEqualSteps("AdamW", _adamW, AdamW, _peer, TorchSharpAdamW);
    }

    /// <summary>Frees weights, gradients and state.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _plainOptimizer?.Dispose();
        _adamATan2?.Dispose();
        _peerOptimizer?.Dispose();
        _adamWOptimizer?.Dispose();
        _muonOptimizer?.Dispose();
        foreach (var workload in new[] { _plain, _onePass, _peer, _adamW, _muon })
        {
            workload?.Dispose();
        }
    }

    /// <summary>The formula in eager operations, one parameter after the other.</summary>
    [Benchmark(Baseline = true)]
    public void EagerAdamATan2() => _plainOptimizer!.Step(LearningRate);

    /// <summary>The library's AdamATan2.</summary>
    [Benchmark]
    public void AdamATan2() => _adamATan2!.Step(LearningRate);

    /// <summary>TorchSharp's AdamW.</summary>
    [Benchmark]
    public void TorchSharpAdamW() => _peerOptimizer!.step();

    /// <summary>The library's AdamW.</summary>
    [Benchmark]
    public void AdamW() => _adamWOptimizer!.Step(LearningRate);

    /// <summary>The library's Muon, of every matrix.</summary>
    [Benchmark]
    public void Muon() => _muonOptimizer!.Step(LearningRate);
}
