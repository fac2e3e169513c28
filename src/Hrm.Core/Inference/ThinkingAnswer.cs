using System.Globalization;

namespace Hrm.Core;

/// <summary>The selected answer of several attempts, or the one that the search after them found.</summary>
/// <param name="Tokens">The tokens of the answer to the original puzzle, seq_len.</param>
/// <param name="Agreeing">The number of attempts with the same tokens; 1 for an answer of the search.</param>
/// <param name="Attempts">The number of answered attempts; smaller than configured if the check accepted one, if two variants were equal, or if time ran out before some began.</param>
/// <param name="QHalt">The largest q_halt of the agreeing attempts, before the sigmoid; NaN if the candidates of the search completed the answer.</param>
/// <param name="IsSolution">Whether the task's check accepts the answer; <see langword="null"/> if the check was not used.</param>
/// <param name="Segments">The sum of the segments of all attempts and of the search.</param>
/// <param name="Reason">The reasons why the agreeing attempts stopped: <see cref="HaltReason.Time"/> also for the time budget.</param>
/// <param name="Source">How the answer was found.</param>
/// <param name="Evaluations">The number of attempts and of evaluated partial answers.</param>
public sealed record ThinkingAnswer(
    int[] Tokens, int Agreeing, int Attempts, float QHalt, bool? IsSolution, long Segments, HaltReason Reason, AnswerSource Source, int Evaluations)
{
    /// <summary>Compares the values, including the tokens.</summary>
    /// <param name="other">The other answer.</param>
    public bool Equals(ThinkingAnswer? other)
        => other is not null
            && (Agreeing, Attempts, QHalt, IsSolution).Equals((other.Agreeing, other.Attempts, other.QHalt, other.IsSolution))
            && (Segments, Reason, Source, Evaluations).Equals((other.Segments, other.Reason, other.Source, other.Evaluations))
            && Tokens.AsSpan().SequenceEqual(other.Tokens);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Agreeing, Attempts, QHalt, Segments, Reason);

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Source}, {Evaluations} evaluations, {Agreeing} of {Attempts} attempts agree, {Reason} after {Segments} segments: {string.Join(' ', Tokens)}");
}

/// <summary>How a <see cref="ThinkingSolver"/> found an answer.</summary>
public enum AnswerSource
{
    /// <summary>Not found: the task's check accepted no answer. The tokens are the answer that would have been selected without it.</summary>
    NotFound,

    /// <summary>The first attempt.</summary>
    FirstPass,

    /// <summary>One of several attempts.</summary>
    Vote,

    /// <summary>The search over partial answers; accepted by the task's check.</summary>
    Search,
}

/// <summary>One attempt at a puzzle or one evaluation of the search; its tokens answer the original puzzle.</summary>
internal sealed record ThinkingAttempt(int Number, int[] Tokens, SolverAnswer Answer, bool? IsSolution);

/// <summary>Selects one answer of several attempts.</summary>
internal static class AnswerVote
{
    public static ThinkingAnswer Choose(IReadOnlyList<ThinkingAttempt> attempts, AnswerSelection selection)
    {
        var groups = attempts
            .OrderBy(attempt => attempt.Number)
            .GroupBy(attempt => string.Join(' ', attempt.Tokens))
            .Select(group => group.ToArray())
            .ToArray();
        var chosen = selection == AnswerSelection.Confidence
            ? groups.MaxBy(group => (group[0].IsSolution == true, group.Max(attempt => attempt.Answer.QHalt)))
            : groups.MaxBy(group => (group[0].IsSolution == true, Support(group)));
        return new ThinkingAnswer(
            chosen![0].Tokens,
            chosen.Length,
            attempts.Count,
            chosen.Max(attempt => attempt.Answer.QHalt),
            chosen[0].IsSolution,
            attempts.Sum(attempt => (long)attempt.Answer.Segments),
            chosen.Aggregate(HaltReason.None, (reasons, attempt) => reasons | attempt.Answer.Reason),
            chosen[0].IsSolution == false ? AnswerSource.NotFound : attempts.Count == 1 ? AnswerSource.FirstPass : AnswerSource.Vote,
            attempts.Count);
    }

    /// <summary>MaxBy returns the first of equal groups, so ties go to the earliest attempt.</summary>
    private static (int Votes, double Confidence) Support(ThinkingAttempt[] group) => (group.Length, group.Sum(attempt => attempt.Answer.Confidence));
}
