namespace Hrm.Paper;

/// <summary>The rules by which numbers become a verdict. Those of trained models go by all seeds, not by their mean alone.</summary>
internal static class Verdicts
{
    /// <summary>A share below which, in percent, a model has learned next to nothing, so that two of them cannot be compared.</summary>
    public const double Floor = 5;

    private const int FewSeeds = 3;

    /// <summary>Whether every seed of one is above every seed of the other; partly where only the mean is.</summary>
    public static Verdict Higher(Spread one, Spread other)
        => one.Least > other.Most ? Verdict.Reproduced : one.Mean > other.Mean ? Verdict.Partly : Verdict.NotReproduced;

    /// <summary>Whether one is as good as the other: its mean is within the seeds of the other or above; partly where a seed of it is.</summary>
    public static Verdict NotLower(Spread one, Spread other)
        => one.Mean >= other.Least ? Verdict.Reproduced : one.Most >= other.Least ? Verdict.Partly : Verdict.NotReproduced;

    /// <summary>Whether every seed is below a bound; partly where the mean is below a looser one.</summary>
    public static Verdict Below(Spread value, double bound, double loose)
        => value.Most < bound ? Verdict.Reproduced : value.Mean < loose ? Verdict.Partly : Verdict.NotReproduced;

    /// <summary>Whether one learns what the other cannot: all its seeds are above the floor and the other's, and those are below the floor.</summary>
    public static Verdict OnlyOneLearns(Spread one, Spread other)
        => one.Least <= Math.Max(other.Most, Floor) ? (one.Mean > other.Mean && one.Mean > Floor ? Verdict.Partly : Verdict.NotReproduced)
            : other.Most < Floor ? Verdict.Reproduced
            : Verdict.Partly;

    /// <summary>All of several verdicts; partly where any shows at least partly.</summary>
    public static Verdict All(params IReadOnlyCollection<Verdict> parts)
        => parts.All(part => part == Verdict.Reproduced) ? Verdict.Reproduced
            : parts.Any(part => part is Verdict.Reproduced or Verdict.Partly) ? Verdict.Partly
            : Verdict.NotReproduced;

    /// <summary>Fewer than three models show nothing for certain.</summary>
    public static Claim OfSeeds(Claim claim)
        => claim is { Seeds: > 0 and < FewSeeds, Verdict: Verdict.Reproduced } ? claim with { Verdict = Verdict.Partly } : claim;
}
