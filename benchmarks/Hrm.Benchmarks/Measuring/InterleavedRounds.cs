using System.Diagnostics;

namespace Hrm.Benchmarks.Measuring;

/// <summary>Times several sides in rounds: each round runs every side once, in turning order.</summary>
/// <remarks>
/// A machine that others use too drifts: what runs for a minute and then something else for a minute compares two machines.
/// Within a round the sides meet the same machine, so the ratio of a round means something, and the median over rounds forgets
/// those that were disturbed.
/// </remarks>
internal static class InterleavedRounds
{
    /// <summary>The fewest rounds, whatever they take.</summary>
    private const int FewestRounds = 3;

    /// <summary>Runs the rounds; those of warm-up are not kept.</summary>
    /// <param name="sides">What is timed.</param>
    /// <param name="rounds">How often.</param>
    /// <param name="warmups">Rounds before.</param>
    /// <param name="limit">The time after which no round begins, once there are three; <see langword="null"/> for none.</param>
    public static RoundTimes Measure(IReadOnlyList<Side> sides, int rounds, int warmups, TimeSpan? limit = null)
    {
        var times = sides.ToDictionary(side => side.Name, _ => new List<double>(rounds), StringComparer.Ordinal);
        var all = Stopwatch.StartNew();
        for (var round = -warmups; round < rounds && !(round >= FewestRounds && all.Elapsed > limit); round++)
        {
            for (var place = 0; place < sides.Count; place++)
            {
                // Another side begins each round: who comes after whom matters to caches and to threads that still spin.
                var side = sides[(place + round + warmups) % sides.Count];
                var watch = Stopwatch.StartNew();
                side.Run();
                var taken = watch.Elapsed.TotalMilliseconds;
                if (round >= 0)
                {
                    times[side.Name].Add(taken);
                }
            }
        }

        return new RoundTimes(times.ToDictionary(side => side.Key, side => side.Value.ToArray(), StringComparer.Ordinal));
    }
}
