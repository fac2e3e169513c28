using System.Globalization;

namespace Hrm.Core;

/// <summary>The answer that was taken of several, and how the others stood to it.</summary>
/// <param name="Tokens">The tokens of the answer to the puzzle as it was asked, seq_len.</param>
/// <param name="Agreeing">How many attempts gave just these tokens.</param>
/// <param name="Attempts">How many attempts gave an answer; fewer than were asked for where the check accepted one, where two ways came to the same question, or where time ran out before they began.</param>
/// <param name="QHalt">The largest q_halt of those that agree, before the sigmoid.</param>
/// <param name="IsSolution">Whether the task's check accepts the answer; <see langword="null"/> where it was not asked.</param>
/// <param name="Segments">The segments of these attempts together.</param>
/// <param name="Reason">
/// Why the attempts that agree ended, all their reasons together: <see cref="HaltReason.Maximum"/> where the largest number of
/// segments or a share of the budget of segments cut one off, <see cref="HaltReason.Time"/> where the budget of time did.
/// </param>
public sealed record ThinkingAnswer(int[] Tokens, int Agreeing, int Attempts, float QHalt, bool? IsSolution, long Segments, HaltReason Reason)
{
    /// <summary>Compares the values, those of the tokens included.</summary>
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

/// <summary>One attempt at a puzzle: what the model answered, changed back to the puzzle as it was asked.</summary>
internal sealed record ThinkingAttempt(int Number, int[] Tokens, SolverAnswer Answer, bool IsSolution);

/// <summary>Takes one answer of several attempts.</summary>
internal static class AnswerVote
{
    /// <summary>Takes the answer that a selection asks for.</summary>
    /// <param name="attempts">At least one.</param>
    /// <param name="selection">Which.</param>
    public static ThinkingAnswer Choose(IReadOnlyList<ThinkingAttempt> attempts, AnswerSelection selection)
    {
        var groups = attempts
            .OrderBy(attempt => attempt.Number)
            .GroupBy(attempt => attempt.Tokens, TokenComparer.Instance)
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

    /// <summary>MaxBy takes the first of equals, so the earliest attempt decides last.</summary>
    private static (int Votes, double Confidence) Support(ThinkingAttempt[] group) => (group.Length, group.Sum(attempt => attempt.Answer.Confidence));

    private sealed class TokenComparer : IEqualityComparer<int[]>
    {
        public static TokenComparer Instance { get; } = new();

        public bool Equals(int[]? left, int[]? right) => left.AsSpan().SequenceEqual(right);

        public int GetHashCode(int[] tokens)
        {
            var hash = default(HashCode);
            foreach (var token in tokens)
            {
                hash.Add(token);
            }

            return hash.ToHashCode();
        }
    }
}
