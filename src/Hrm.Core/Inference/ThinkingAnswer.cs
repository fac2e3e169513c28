using System.Globalization;

namespace Hrm.Core;

/// <summary>The selected answer of several attempts, with counts of the others.</summary>
/// <param name="Tokens">The tokens of the answer to the original puzzle, seq_len.</param>
/// <param name="Agreeing">The number of attempts with the same tokens.</param>
/// <param name="Attempts">The number of answered attempts; smaller than configured if the check accepted one, if two variants were equal, or if time ran out before some began.</param>
/// <param name="QHalt">The largest q_halt of the agreeing attempts, before the sigmoid.</param>
/// <param name="IsSolution">Whether the task's check accepts the answer; <see langword="null"/> if the check was not used.</param>
/// <param name="Segments">The sum of the segments of all attempts.</param>
/// <param name="Reason">The reasons why the agreeing attempts stopped: <see cref="HaltReason.Time"/> also for the time budget.</param>
public sealed record ThinkingAnswer(int[] Tokens, int Agreeing, int Attempts, float QHalt, bool? IsSolution, long Segments, HaltReason Reason)
{
    /// <summary>Compares the values, including the tokens.</summary>
    /// <param name="other">The other answer.</param>
    public bool Equals(ThinkingAnswer? other)
        => other is not null
            && (Agreeing, Attempts, QHalt, IsSolution, Segments, Reason).Equals((other.Agreeing, other.Attempts, other.QHalt, other.IsSolution, other.Segments, other.Reason))
            && Tokens.AsSpan().SequenceEqual(other.Tokens);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Agreeing, Attempts, QHalt, Segments, Reason);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Agreeing} of {Attempts} attempts agree, {Reason} after {Segments} segments: {string.Join(' ', Tokens)}");
}

/// <summary>One attempt at a puzzle; its tokens answer the original puzzle.</summary>
internal sealed record ThinkingAttempt(int Number, int[] Tokens, SolverAnswer Answer, bool IsSolution);

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
        var chosen = selection switch
        {
            AnswerSelection.Votes => groups.MaxBy(Support),
            AnswerSelection.Confidence => groups.MaxBy(group => group.Max(attempt => attempt.Answer.QHalt)),
            AnswerSelection.Checker => groups.MaxBy(group => (group[0].IsSolution, Support(group))),
            _ => throw new InvalidOperationException($"Selection: expected Votes, Confidence or Checker, got {selection}."),
        };
        return new ThinkingAnswer(
            chosen![0].Tokens,
            chosen.Length,
            attempts.Count,
            chosen.Max(attempt => attempt.Answer.QHalt),
            selection == AnswerSelection.Checker ? chosen[0].IsSolution : null,
            attempts.Sum(attempt => (long)attempt.Answer.Segments),
            chosen.Aggregate(HaltReason.None, (reasons, attempt) => reasons | attempt.Answer.Reason));
    }

    /// <summary>MaxBy returns the first of equal groups, so ties go to the earliest attempt.</summary>
    private static (int Votes, double Confidence) Support(ThinkingAttempt[] group) => (group.Length, group.Sum(attempt => attempt.Answer.Confidence));
}
