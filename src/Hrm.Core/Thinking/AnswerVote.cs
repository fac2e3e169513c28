namespace Hrm.Core;

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
