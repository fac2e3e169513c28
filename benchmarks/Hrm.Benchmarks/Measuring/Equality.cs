using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Measuring;

/// <summary>Comparison of the library with the plain op sequence: both must compute the same before their times are compared.</summary>
internal static class Equality
{
    /// <summary>Requires ‖library − plain‖ ≤ tolerance · ‖plain‖.</summary>
    /// <exception cref="MeasurementException">The difference is larger or not finite.</exception>
    public static void Require(string what, Tensor library, Tensor plain, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var expected = plain.to(ScalarType.Float64);
        var scale = expected.norm().ToDouble();
        var error = (library.to(ScalarType.Float64) - expected).norm().ToDouble() / scale;
        if (!(error <= tolerance))
        {
            throw new MeasurementException(string.Create(
                CultureInfo.InvariantCulture,
                $"{what}: library and plain op sequence differ by {error:E2} of the norm {scale:E2}, expected at most {tolerance:E2}"));
        }
    }
}
