namespace Hrm.Puzzles;

/// <summary>What a vote came to.</summary>
/// <param name="Tasks">One vote a task, in the order in which the tasks were given.</param>
public sealed record ArcVoteResult(IReadOnlyList<ArcTaskVote> Tasks)
{
    /// <summary>pass@k: the share of the tasks that are solved when each test input has k attempts.</summary>
    /// <param name="attempts">k, at least 1.</param>
    /// <returns>
    /// The percentage, of all tasks whose answers are known; a task without predictions counts as not solved. Not a number when no
    /// answers are known.
    /// </returns>
    public double PassPercent(int attempts)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(attempts);
        var known = Tasks.Where(task => task.Task.HasAnswers).ToArray();
        return 100.0 * known.Count(task => task.IsSolved(attempts)) / known.Length;
    }

    /// <summary>
    /// The score of ARC Prize: the mean over tasks of the share of test inputs solved within k attempts. The authors of the tiny recursive model report this as pass@k.
    /// </summary>
    /// <param name="attempts">k, at least 1; 2 in the competition.</param>
    /// <returns>The percentage, of all tasks whose answers are known; not a number when no answers are known.</returns>
    public double ScorePercent(int attempts)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(attempts);
        var known = Tasks.Where(task => task.Task.HasAnswers).ToArray();
        return 100.0 * known.Sum(task => (double)task.Tests.Count(test => test.RankOfAnswer <= attempts) / task.Tests.Count) / known.Length;
    }
}
