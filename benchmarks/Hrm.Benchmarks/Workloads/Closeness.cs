using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads;

/// <summary>Compares what the library computes with what the plain op sequence does.</summary>
internal static class Closeness
{
    /// <summary>The norm of the difference must be small against the norm.</summary>
    /// <exception cref="UnequalResultsException">It is not, or a value is not a number.</exception>
    public static void Require(string what, Tensor library, Tensor plain, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var expected = plain.to(ScalarType.Float64);
        var scale = expected.norm().ToDouble();
        var error = (library.to(ScalarType.Float64) - expected).norm().ToDouble() / scale;
        if (!(error <= tolerance))
        {
            throw new UnequalResultsException(string.Create(
                CultureInfo.InvariantCulture,
                $"{what}: library and plain op sequence differ by {error:E2} of the norm {scale:E2}, expected at most {tolerance:E2}"));
        }
    }
}
