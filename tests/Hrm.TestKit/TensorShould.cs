using System.Globalization;
using Hrm.Core;
using Xunit;
using static TorchSharp.torch;

namespace Hrm.TestKit;

/// <summary>Comparisons of tensors with a tolerance relative to the size of the expected values.</summary>
public static class TensorShould
{
    /// <summary>The largest deviation is at most <paramref name="tolerance"/> times the largest expected value.</summary>
    public static void BeCloseTo(this Tensor actual, Tensor expected, double tolerance, string what)
        => Require(TensorDeviation.Largest(actual, expected), tolerance, actual, expected, $"{what}: largest deviation over largest value");

    /// <summary>The root mean square of the deviation is at most <paramref name="tolerance"/> times that of the expected values.</summary>
    public static void BeCloseInMeanTo(this Tensor actual, Tensor expected, double tolerance, string what)
        => Require(TensorDeviation.Mean(actual, expected), tolerance, actual, expected, $"{what}: rms deviation over rms value");

    /// <summary>The rms distance from <paramref name="exact"/> is at most <paramref name="factor"/> times that of <paramref name="other"/>.</summary>
    public static void BeNoFartherFrom(this Tensor actual, Tensor exact, Tensor other, double factor, string what)
    {
        var allowed = factor * TensorDeviation.Mean(other, exact);
        Assert.True(double.IsFinite(allowed), $"{what}: expected a finite deviation to compare with, got {allowed}");
        Require(TensorDeviation.Mean(actual, exact), allowed, actual, exact, $"{what}: rms distance from the exact value");
    }

    /// <summary>The models have equal names of weights, and equal dtypes and bits under each.</summary>
    public static void ShouldHaveTheWeightsOf(this HrmModel model, HrmModel expected)
    {
        using var scope = NewDisposeScope();
        var actual = model.state_dict();
        var wanted = expected.state_dict();
        Assert.Equal(wanted.Keys, actual.Keys);
        foreach (var (name, tensor) in wanted)
        {
            Assert.True(actual[name].dtype == tensor.dtype && actual[name].Equals(tensor), $"{name}: expected the same dtype and values");
        }
    }

    private static void Require(double deviation, double tolerance, Tensor actual, Tensor expected, string what) => Assert.True(
        deviation <= tolerance,
        string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: expected at most {tolerance:E2}, got {deviation:E2} (infinite if a value is not finite or shapes differ: [{string.Join(", ", actual.shape)}], [{string.Join(", ", expected.shape)}])"));
}
