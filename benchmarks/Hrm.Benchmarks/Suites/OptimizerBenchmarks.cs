using BenchmarkDotNet.Attributes;
using Hrm.Benchmarks.Plain;
using Hrm.Training;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Hrm.Benchmarks.Suites;

/// <summary>AdamATan2 in eager operations, the library's optimizers (Muon on every matrix), and TorchSharp's AdamW.</summary>
public enum OptimizerKind
{
    EagerAdamATan2,
    AdamATan2,
    AdamW,
    Muon,
    TorchSharpAdamW,
}

/// <summary>One optimizer step on the 32 matrices of the 27M preset's blocks, 27,262,976 float32 values, with given gradients.</summary>
public class OptimizerBenchmarks
{
    private const int Blocks = 8;
    private const double LearningRate = 1e-4;

    /// <summary>Shapes of the weights of qkv, o, gate and up, down.</summary>
    private static readonly long[][] Shapes = [[1536, 512], [512, 512], [3072, 512], [512, 1536]];

    private Parameter[] _parameters = [];
    private IDisposable? _optimizer;
    private Action? _step;

    [ParamsAllValues]
    public OptimizerKind Optimizer { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2506, CPU);
        _parameters =
        [
            .. Enumerable.Repeat(Shapes, Blocks).SelectMany(block => block)
                .Select(shape => new Parameter(Normal(shape).DetachFromDisposeScope()) { grad = Normal(shape).DetachFromDisposeScope() }),
        ];
        var options = new OptimizerOptions();
        _optimizer = Optimizer switch
        {
            OptimizerKind.EagerAdamATan2 => new PlainOptimizer(_parameters, options),
            OptimizerKind.AdamATan2 => new AdamATan2(_parameters, options),
            OptimizerKind.AdamW => new AdamW(_parameters, options),
            OptimizerKind.Muon => new Muon(_parameters, Enumerable.Range(0, _parameters.Length), options),
            _ => optim.AdamW(_parameters, LearningRate, options.Beta1, options.Beta2, options.Epsilon, options.WeightDecay),
        };
        _step = _optimizer switch
        {
            PlainOptimizer plain => () => plain.Step(LearningRate),
            ParameterOptimizer library => () => library.Step(LearningRate),
            _ => () => ((optim.Optimizer)_optimizer).step(),
        };

        Tensor Normal(long[] shape) => randn(shape, generator: generator).mul_(0.05);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _optimizer?.Dispose();
        foreach (var parameter in _parameters)
        {
            parameter.grad?.Dispose();
            parameter.Dispose();
        }
    }

    [Benchmark]
    public void Step() => _step!();
}
