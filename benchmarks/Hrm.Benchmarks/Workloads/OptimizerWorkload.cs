using System.Globalization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads;

/// <summary>The 32 matrices of the 27M preset's eight blocks, 27,262,976 values, with random weights and gradients.</summary>
internal sealed class OptimizerWorkload : IDisposable
{
    private const int Blocks = 8;
    private const int Steps = 3;
    private const ulong Seed = 2506;

    // A weight near 0.05 is rounded a few times a step (3e-9 each), and changes by about 1e-4.
    private const double Tolerance = 1e-3;

    /// <summary>qkv, o, gate and up, down.</summary>
    private static readonly long[][] Shapes = [[1536, 512], [512, 512], [3072, 512], [512, 1536]];

    /// <summary>Makes the same numbers at each call.</summary>
    public OptimizerWorkload()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(Seed, CPU);
        Parameters =
        [
            .. Enumerable.Repeat(Shapes, Blocks).SelectMany(block => block).Select(shape => new Parameter(Normal(shape).DetachFromDisposeScope())
            {
                grad = Normal(shape).DetachFromDisposeScope(),
            }),
        ];

        Tensor Normal(long[] shape) => randn(shape, generator: generator).mul_(0.05);
    }

    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Both sides must change the weights alike over some steps.</summary>
    /// <exception cref="UnequalResultsException">They do not.</exception>
    public static void RequireEqualSteps(string what, OptimizerWorkload left, Action stepLeft, OptimizerWorkload right, Action stepRight)
    {
        using var scope = NewDisposeScope();
        Tensor[] before = [.. right.Parameters.Select(parameter => parameter.detach().clone())];
        for (var step = 0; step < Steps; step++)
        {
            stepLeft();
            stepRight();
        }

        for (var i = 0; i < before.Length; i++)
        {
            var (actual, expected) = (left.Parameters[i].detach() - before[i], right.Parameters[i].detach() - before[i]);
            var (error, scale) = ((actual - expected).norm().ToDouble(), expected.norm().ToDouble());
            if (!(scale > 0 && error <= Tolerance * scale))
            {
                throw new UnequalResultsException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{what}, matrix {i}: the changes of the weights differ by {error:E2} of the norm {scale:E2}, expected at most {Tolerance:E2}"));
            }
        }
    }

    public void Dispose()
    {
        foreach (var parameter in Parameters)
        {
            parameter.grad?.Dispose();
            parameter.Dispose();
        }
    }
}
