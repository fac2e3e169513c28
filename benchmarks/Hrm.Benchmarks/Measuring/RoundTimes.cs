namespace Hrm.Benchmarks.Measuring;

/// <summary>Milliseconds of each side in each round.</summary>
internal sealed class RoundTimes(IReadOnlyDictionary<string, double[]> times)
{
    /// <summary>Number of rounds.</summary>
    public int Count => times.Values.First().Length;

    /// <summary>Median of a side, in milliseconds.</summary>
    public double MedianMs(string side) => Quantile(times[side], 0.5);

    /// <summary>Time of <paramref name="side"/> divided by that of <paramref name="reference"/>, round by round.</summary>
    public RatioEstimate Ratio(string side, string reference)
    {
        double[] ratios = [.. times[side].Zip(times[reference], (left, right) => left / right)];
        return new RatioEstimate(Quantile(ratios, 0.5), Quantile(ratios, 0.25), Quantile(ratios, 0.75), times[side].Min() / times[reference].Min());
    }

    private static double Quantile(double[] values, double quantile)
    {
        double[] sorted = [.. values.Order()];
        var index = quantile * (sorted.Length - 1);
        var below = (int)index;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((index - below) * (sorted[above] - sorted[below]));
    }
}

/// <summary>A ratio of times.</summary>
/// <param name="Median">Median over the rounds; the number that is compared with a bar.</param>
/// <param name="LowerQuartile">Lower quartile over the rounds.</param>
/// <param name="UpperQuartile">Upper quartile over the rounds.</param>
/// <param name="OfMinima">Ratio of the shortest times. If it is far from the median, the machine was disturbed.</param>
internal readonly record struct RatioEstimate(double Median, double LowerQuartile, double UpperQuartile, double OfMinima);
