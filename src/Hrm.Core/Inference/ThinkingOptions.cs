using System.Globalization;

namespace Hrm.Core;

/// <summary>How much a <see cref="ThinkingSolver"/> thinks about a puzzle. Each part is off by default; all compose.</summary>
public sealed class ThinkingOptions : IValidatedOptions
{
    private const int MostWays = 4096;
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(24); // A timer's limit is 2³¹ milliseconds.

    /// <summary>
    /// The largest number of segments of an attempt, instead of <see cref="SolverOptions.MaxSegments"/> of the solver; may be larger
    /// than in training. <see langword="null"/> (the default): the solver's.
    /// </summary>
    public int? MaxSegments { get; set; }

    /// <summary>
    /// In how many ways the puzzle is asked: as it is, and through so many random symmetries less one; 1 … 4096.
    /// Ways that come to the same question are asked once: a maze has eight at most. Default 1.
    /// </summary>
    public int Symmetries { get; set; } = 1;

    /// <summary>
    /// From how many starts each of these is thought through: the initial carry as it is, and so many less one with noise; 1 …
    /// 4096. Default 1.
    /// </summary>
    public int Starts { get; set; } = 1;

    /// <summary>
    /// The deviation of the Gaussian noise that is added to each value of both initial states, which have deviation 1; above 0.
    /// Default 1.
    /// </summary>
    public double NoiseDeviation { get; set; } = 1;

    /// <summary>Which answer is taken. Default: votes.</summary>
    public AnswerSelection Selection { get; set; } = AnswerSelection.Votes;

    /// <summary>
    /// The largest number of segments of all attempts together, at least their number; each may use an equal share, so that what
    /// comes out does not depend on their order. <see langword="null"/> (the default): no such bound.
    /// </summary>
    public int? SegmentBudget { get; set; }

    /// <summary>
    /// The time that a puzzle may take from the call on, at most 24 days. Every attempt stops at the end of the segment in which it
    /// runs out. An attempt that has not begun by then is not made, except the first, which runs at least one segment.
    /// <see langword="null"/> (the default): no such bound.
    /// </summary>
    public TimeSpan? TimeBudget { get; set; }

    /// <summary>The seed of symmetries and noise. Default 1.</summary>
    public long Seed { get; set; } = 1;

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors()
    {
        var attempts = (long)Symmetries * Starts;
        return new RangeRules()
            .Between(nameof(Symmetries), Symmetries, 1, MostWays)
            .Between(nameof(Starts), Starts, 1, MostWays)
            .Positive(nameof(NoiseDeviation), NoiseDeviation)
            .OneOf(nameof(Selection), Selection, AnswerSelection.Votes, AnswerSelection.Confidence, AnswerSelection.Checker)
            .Between(nameof(MaxSegments), MaxSegments ?? 1, 1, HaltingOptions.MostSegments)
            .Check(nameof(SegmentBudget), SegmentBudget ?? 0, SegmentBudget is null || SegmentBudget >= attempts, string.Create(CultureInfo.InvariantCulture, $"at least the {attempts} attempts"))
            .Check(
                nameof(TimeBudget),
                TimeBudget ?? default,
                TimeBudget is null || (TimeBudget > TimeSpan.Zero && TimeBudget <= LongestTime),
                string.Create(CultureInfo.InvariantCulture, $"a time above zero, at most {LongestTime.TotalDays} days"))
            .Errors;
    }
}

/// <summary>Which of several answers to a puzzle is taken.</summary>
public enum AnswerSelection
{
    /// <summary>The one that most attempts agree on; of equals, the one whose attempts are surer in sum, then the earliest.</summary>
    Votes,

    /// <summary>That of the attempt with the largest q_halt.</summary>
    Confidence,

    /// <summary>
    /// One that the task's own check accepts, which ends the other attempts; by votes where it accepts none. For tasks whose
    /// answers can be checked without knowing the right one.
    /// </summary>
    Checker,
}
