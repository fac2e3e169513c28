namespace Hrm.Benchmarks.Measuring;

/// <summary>The milliseconds of each side in each round.</summary>
internal sealed class RoundTimes(IReadOnlyDictionary<string, double[]> times)
{
    /// <summary>The number of rounds.</summary>
    public int Count => times.Values.Min(rounds => rounds.Length);

    /// <summary>The median of a side, milliseconds.</summary>
    public double MedianMs(string side) => Quantile.Of(times[side], 0.5);

    /// <summary>How many times as long <paramref name="side"/> takes as <paramref name="reference"/>, by the rounds' own ratios.</summary>
    public RatioEstimate Ratio(string side, string reference)
    {
        double[] ratios = [.. times[side].Zip(times[reference], (left, right) => left / right)];
        return new RatioEstimate(
            Quantile.Of(ratios, 0.5),
            Quantile.Of(ratios, 0.25),
            Quantile.Of(ratios, 0.75),
            times[side].Min() / times[reference].Min());
    }
}
