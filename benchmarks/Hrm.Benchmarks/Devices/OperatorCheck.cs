using static TorchSharp.torch;

namespace Hrm.Benchmarks.Devices;

/// <summary>An operator, or a few, that the model or its training uses.</summary>
/// <param name="Name">What is printed.</param>
/// <param name="Shapes">The shapes of its inputs, which are drawn from a normal distribution.</param>
/// <param name="Compute">Computes it where its inputs are, in their dtype.</param>
internal sealed record OperatorCheck(string Name, long[][] Shapes, Func<Tensor[], Tensor> Compute)
{
    /// <summary>Whether its backward pass is checked too.</summary>
    public bool HasGradient { get; init; } = true;

    /// <summary>Whether the result must lie in memory as it does on the CPU: for what only looks at its input in another way.</summary>
    public bool IsView { get; init; }

    /// <summary>How much less exact than a single rounding it may be.</summary>
    public double Factor { get; init; } = 1;
}
