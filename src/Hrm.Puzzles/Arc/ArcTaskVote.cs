namespace Hrm.Puzzles;

/// <summary>The vote on the test inputs of a task.</summary>
/// <param name="Task">The task.</param>
/// <param name="Tests">One vote a test pair, in the task's order.</param>
public sealed record ArcTaskVote(ArcTask Task, IReadOnlyList<ArcTestVote> Tests)
{
    /// <summary>Whether the right answer is among the first candidates of every test input.</summary>
    /// <param name="attempts">k, how many candidates count; at least 1.</param>
    /// <returns>Whether it is; <see langword="false"/> where an answer is unknown.</returns>
    public bool IsSolved(int attempts)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(attempts);
        return Tests.All(test => test.RankOfAnswer <= attempts);
    }
}
