using System.Diagnostics;

namespace Hrm.Benchmarks.Measuring;

/// <summary>One of the actions that are timed against each other.</summary>
internal sealed record Side(string Name, Action Run);

/// <summary>Times several sides in rounds. Each round runs every side once, and another side first.</summary>
/// <remarks>
/// The speed of a shared machine drifts: two sides measured one after the other are measured on two machines. Within a round they
/// run on the same one, and the median over the rounds ignores disturbed rounds.
/// </remarks>
internal static class InterleavedRounds
{
    private const int MinimumRounds = 3;

    /// <summary>Runs the rounds.</summary>
    /// <param name="sides">The sides.</param>
    /// <param name="rounds">Number of rounds that count.</param>
    /// <param name="warmups">Number of rounds before them.</param>
    /// <param name="limit">Time after which no further round begins, once there are three.</param>
    public static RoundTimes Measure(IReadOnlyList<Side> sides, int rounds, int warmups, TimeSpan? limit = null)
    {
        var times = sides.ToDictionary(side => side.Name, _ => new List<double>(rounds), StringComparer.Ordinal);
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
                    times[side.Name].Add(elapsed);
                }
            }
        }

        return new RoundTimes(times.ToDictionary(side => side.Key, side => side.Value.ToArray(), StringComparer.Ordinal));
    }
}
