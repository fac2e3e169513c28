using System.Globalization;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Hrm.TestKit;

/// <summary>Comparisons of tensors whose tolerance is relative to the size of the expected values.</summary>
public static class TensorShould
{
    /// <summary>The largest deviation is at most <paramref name="tolerance"/> times the largest expected value.</summary>
    public static void BeCloseTo(this Tensor actual, Tensor expected, double tolerance, string what)
    {
        var deviation = LargestDeviation(actual, expected, what);
        Assert.True(deviation <= tolerance, Message(what, "largest deviation over largest value", deviation, tolerance));
    }

    /// <summary>The largest deviation over the largest expected value.</summary>
    public static double LargestDeviation(Tensor actual, Tensor expected, string what)
    {
        RequireComparable(actual, expected, what);
        return TensorDeviation.Largest(actual, expected);
    }

    /// <summary>The root mean square of the deviation is at most <paramref name="tolerance"/> times that of the expected values.</summary>
    public static void BeCloseInMeanTo(this Tensor actual, Tensor expected, double tolerance, string what)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var deviation = MeanDeviation(actual, expected, what);
        Assert.True(deviation <= tolerance, Message(what, "rms deviation over rms value", deviation, tolerance));
    }

    /// <summary>The rms distance from <paramref name="exact"/> is at most <paramref name="factor"/> times that of <paramref name="other"/>.</summary>
    public static void BeNoFartherFrom(this Tensor actual, Tensor exact, Tensor other, double factor, string what)
    {
        using var scope = NewDisposeScope();
        var deviation = MeanDeviation(actual, exact, what);
        var allowed = factor * MeanDeviation(other, exact, what);
        Assert.True(deviation <= allowed, Message(what, "rms distance from the exact value", deviation, allowed));
    }

    private static double MeanDeviation(Tensor actual, Tensor expected, string what)
    {
        RequireComparable(actual, expected, what);
        return TensorDeviation.Mean(actual, expected);
    }

    private static void RequireComparable(Tensor actual, Tensor expected, string what)
    {
        Assert.True(
            actual.shape.SequenceEqual(expected.shape),
            $"{what}: expected shape [{string.Join(", ", expected.shape)}], got [{string.Join(", ", actual.shape)}]");
        using var scope = NewDisposeScope();
        Assert.True(actual.isfinite().all().item<bool>(), $"{what}: a value is not finite");
    }

    private static string Message(string what, string measure, double deviation, double tolerance)
        => string.Create(CultureInfo.InvariantCulture, $"{what}: {measure}: expected at most {tolerance:E2}, got {deviation:E2}");
}
