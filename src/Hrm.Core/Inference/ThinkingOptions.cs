using System.Globalization;

namespace Hrm.Core;

/// <summary>The attempts of a <see cref="ThinkingSolver"/> per puzzle. Each option is off by default; all can be combined.</summary>
public sealed class ThinkingOptions : IValidatedOptions
{
    private const int MostWays = 4096;
    private const int MostEvaluations = MostWays * MostWays;
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(24); // A timer's limit is 2³¹ milliseconds.

    /// <summary>The largest number of segments of an attempt; may be larger than in training. Default: <see cref="SolverOptions.MaxSegments"/> of the solver.</summary>
    public int? MaxSegments { get; set; }

    /// <summary>The number of variants: the original and random symmetries; 1 … 4096. Equal variants are solved once. Default 1.</summary>
    public int Symmetries { get; set; } = 1;

    /// <summary>The number of starts per variant: the initial carry and carries with noise; 1 … 4096. Default 1.</summary>
    public int Starts { get; set; } = 1;

    /// <summary>The standard deviation of the Gaussian noise on both initial states, whose own deviation is 1; above 0. Default 1.</summary>
    public double NoiseDeviation { get; set; } = 1;

    /// <summary>The rule that selects the answer. Default: votes.</summary>
    public AnswerSelection Selection { get; set; } = AnswerSelection.Votes;

    /// <summary>
    /// The largest number of runs of the model per puzzle: attempts, then partial answers of a best-first search if the task's check
    /// accepts no attempt; 0 … 16777216. Default 0: no search, and no check unless <see cref="Selection"/> asks for it.
    /// </summary>
    /// <remarks>
    /// Needs an <see cref="ISearchableTask"/>. Each partial answer is a puzzle with some blanks filled. The search takes those with the
    /// largest product of the model's probabilities of the filled tokens, and checks the model's answer to each. It fills the blank with
    /// the fewest candidates next, of those the one whose probabilities have the smallest entropy. In the end it is
    /// exhaustive: a puzzle that is not found in fewer evaluations than allowed, and in time, has no solution among the candidates.
    /// </remarks>
    public int Evaluations { get; set; }

    /// <summary>The largest number of segments of a partial answer, 1 … 65536, and at most that of an attempt. Default 16.</summary>
    public int SearchSegments { get; set; } = 16;

    /// <summary>The number of partial answers of a puzzle that are evaluated at once, 1 … 4096; more fill a batch. Default 4.</summary>
    public int SearchWidth { get; set; } = 4;

    /// <summary>The time of a puzzle from the call on, at most 24 days. Default: no bound.</summary>
    /// <remarks>
    /// Every attempt and every evaluation of a search stops at the end of the segment in which the time runs out. Those that have not
    /// begun by then are cancelled, except the first attempt, which runs at least one segment.
    /// </remarks>
    public TimeSpan? TimeBudget { get; set; }

    /// <summary>The seed of symmetries and noise. Default 1.</summary>
    public long Seed { get; set; } = 1;

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules()
        .Between(nameof(Symmetries), Symmetries, 1, MostWays)
        .Between(nameof(Starts), Starts, 1, MostWays)
        .Positive(nameof(NoiseDeviation), NoiseDeviation)
        .OneOf(nameof(Selection), Selection, AnswerSelection.Votes, AnswerSelection.Confidence, AnswerSelection.Checker)
        .Between(nameof(MaxSegments), MaxSegments ?? 1, 1, HaltingOptions.MostSegments)
        .Between(nameof(Evaluations), Evaluations, Evaluations > 0 ? Symmetries * Starts : 0, MostEvaluations)
        .Between(nameof(SearchSegments), SearchSegments, 1, HaltingOptions.MostSegments)
        .Between(nameof(SearchWidth), SearchWidth, 1, MostWays)
        .Check(
            nameof(TimeBudget),
            TimeBudget ?? default,
            TimeBudget is null || (TimeBudget > TimeSpan.Zero && TimeBudget <= LongestTime),
            string.Create(CultureInfo.InvariantCulture, $"a time above zero, at most {LongestTime.TotalDays} days"))
        .Errors;
}

/// <summary>The rule that selects one of several answers.</summary>
public enum AnswerSelection
{
    /// <summary>The answer of most attempts; ties go to the larger sum of confidences, then to the earliest.</summary>
    Votes,

    /// <summary>The answer of the attempt with the largest q_halt.</summary>
    Confidence,

    /// <summary>The first answer that the task's check accepts; by votes if it accepts none. With a search, the other rules also return the first accepted answer.</summary>
    Checker,
}
