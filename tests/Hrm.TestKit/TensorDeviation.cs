using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.TestKit;

/// <summary>The deviation of tensors in float64 on the CPU, relative to the size of the expected values.</summary>
/// <remarks>It is infinite if shapes differ or a value is not finite.</remarks>
public static class TensorDeviation
{
    /// <summary>The largest deviation over the largest expected value.</summary>
    public static double Largest(Tensor actual, Tensor expected) => Relative(actual, expected, values => values.abs().max());

    /// <summary>The root mean square of the deviation over that of the expected values.</summary>
    public static double Mean(Tensor actual, Tensor expected) => Relative(actual, expected, values => values.square().mean().sqrt());

    private static double Relative(Tensor actual, Tensor expected, Func<Tensor, Tensor> sizeOf)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (!actual.shape.SequenceEqual(expected.shape) || !actual.isfinite().all().item<bool>())
        {
            return double.PositiveInfinity;
        }

        if (expected.numel() == 0)
        {
            return 0;
        }

        var wanted = expected.cpu().to_type(ScalarType.Float64);
        var deviation = sizeOf(actual.cpu().to_type(ScalarType.Float64) - wanted).item<double>();
        var size = sizeOf(wanted).item<double>();
        return size == 0 ? deviation : deviation / size;
    }
}
