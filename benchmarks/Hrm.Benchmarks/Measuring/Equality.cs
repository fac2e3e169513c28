using System.Globalization;
using Hrm.TestKit;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Measuring;

/// <summary>Comparison of the library with the plain op sequence: both must compute the same before their times are compared.</summary>
internal static class Equality
{
    /// <summary>Requires ‖library − plain‖ ≤ tolerance · ‖plain‖.</summary>
    /// <exception cref="MeasurementException">The difference is larger or not finite.</exception>
    public static void Require(string quantity, Tensor library, Tensor plain, double tolerance)
    {
        var error = TensorDeviation.Mean(library, plain);
        if (!(error <= tolerance))
        {
            throw new MeasurementException(string.Create(
                CultureInfo.InvariantCulture,
                $"{quantity}: library and plain op sequence differ by {error:E2} of the norm, expected at most {tolerance:E2}"));
        }
    }
}
