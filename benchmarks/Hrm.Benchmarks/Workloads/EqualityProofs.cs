using System.Collections.Concurrent;

namespace Hrm.Benchmarks.Workloads;

/// <summary>Which comparisons this process has already made: one proof of a case is enough for all that is timed of it.</summary>
internal static class EqualityProofs
{
    private static readonly ConcurrentDictionary<object, bool> Proven = new();

    /// <summary>Whether cases are proven at all; not so in a process that reads memory, where the proof would be what is read.</summary>
    public static bool IsOn { get; set; } = true;

    /// <summary>Proves a case, if that was not done yet.</summary>
    /// <exception cref="UnequalResultsException">The two sides compute different things.</exception>
    public static void Require(object provenCase, Action proof)
    {
        if (IsOn && !Proven.ContainsKey(provenCase))
        {
            proof();
            Proven[provenCase] = true;
        }
    }
}
