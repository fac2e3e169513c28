namespace Hrm.Benchmarks.Measuring;

/// <summary>Quantiles of a few measurements, by linear interpolation.</summary>
internal static class Quantile
{
    public static double Of(IEnumerable<double> values, double quantile)
    {
        double[] sorted = [.. values.Order()];
        var place = quantile * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }
}
