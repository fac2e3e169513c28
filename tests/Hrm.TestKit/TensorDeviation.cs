using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.TestKit;

/// <summary>How far tensors are apart, in float64 on the CPU, relative to the size of the expected values.</summary>
/// <remarks>Other shapes and values that are not finite are infinitely far apart.</remarks>
public static class TensorDeviation
{
    /// <summary>The largest deviation over the largest expected value.</summary>
    public static double Largest(Tensor actual, Tensor expected)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (!AreComparable(actual, expected))
        {
            return double.PositiveInfinity;
        }

        var (left, right) = Wide(actual, expected);
        return right.numel() == 0 ? 0 : Ratio((left - right).abs().max().item<double>(), right.abs().max().item<double>());
    }

    /// <summary>The root mean square of the deviation over that of the expected values.</summary>
    public static double Mean(Tensor actual, Tensor expected)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (!AreComparable(actual, expected))
        {
            return double.PositiveInfinity;
        }

        var (left, right) = Wide(actual, expected);
        return Ratio((left - right).square().mean().sqrt().item<double>(), right.square().mean().sqrt().item<double>());
    }

    private static bool AreComparable(Tensor actual, Tensor expected)
        => actual.shape.SequenceEqual(expected.shape) && actual.isfinite().all().item<bool>();

    private static (Tensor Actual, Tensor Expected) Wide(Tensor actual, Tensor expected)
        => (actual.cpu().to_type(ScalarType.Float64), expected.cpu().to_type(ScalarType.Float64));

    private static double Ratio(double deviation, double size) => size == 0 ? deviation : deviation / size;
}
