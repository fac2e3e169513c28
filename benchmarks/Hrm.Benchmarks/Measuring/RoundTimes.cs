using System.Diagnostics;

namespace Hrm.Benchmarks.Measuring;

/// <summary>One of the actions that are timed against each other.</summary>
internal sealed record Side(string Name, Action Run);

/// <summary>Milliseconds of each side in each round. Each round runs every side once, and another side first.</summary>
/// <remarks>
/// The speed of a shared machine drifts: two sides measured one after the other are measured on two machines. Within a round they
/// run on the same one, and the median over the rounds ignores disturbed rounds.
/// </remarks>
internal sealed class RoundTimes
{
    private const int MinimumRounds = 3;

    private readonly Dictionary<string, List<double>> _times;

    private RoundTimes(IEnumerable<Side> sides)
        => _times = sides.ToDictionary(side => side.Name, _ => new List<double>(), StringComparer.Ordinal);

    /// <summary>Number of rounds.</summary>
    public int Count => _times.Values.First().Count;

    /// <summary>Times several sides in rounds.</summary>
    /// <param name="sides">The sides.</param>
    /// <param name="rounds">Number of rounds that count.</param>
    /// <param name="warmups">Number of rounds before them.</param>
    /// <param name="limit">Time after which no further round begins, once there are three.</param>
    public static RoundTimes Measure(IReadOnlyList<Side> sides, int rounds, int warmups, TimeSpan? limit = null)
    {
        var result = new RoundTimes(sides);
        var all = Stopwatch.StartNew();
        for (var round = -warmups; round < rounds && !(round >= MinimumRounds && all.Elapsed > limit); round++)
        {
            for (var index = 0; index < sides.Count; index++)
            {
                // The order matters to caches and to threads that still spin.
                var side = sides[(index + round + warmups) % sides.Count];
                var watch = Stopwatch.StartNew();
                side.Run();
                var elapsed = watch.Elapsed.TotalMilliseconds;
                if (round >= 0)
                {
                    result._times[side.Name].Add(elapsed);
                }
            }
        }

        return result;
    }

    /// <summary>Median of a side, in milliseconds.</summary>
    public double MedianMs(string side) => Quantile(_times[side], 0.5);

    /// <summary>Shortest time of a side, in milliseconds.</summary>
    public double MinimumMs(string side) => _times[side].Min();

    /// <summary>Time of <paramref name="side"/> divided by that of <paramref name="reference"/>, round by round.</summary>
    public RatioEstimate Ratio(string side, string reference)
    {
        double[] ratios = [.. _times[side].Zip(_times[reference], (left, right) => left / right)];
        return new RatioEstimate(Quantile(ratios, 0.5), Quantile(ratios, 0.25), Quantile(ratios, 0.75), MinimumMs(side) / MinimumMs(reference));
    }

    private static double Quantile(IEnumerable<double> values, double quantile)
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
