namespace Hrm.Puzzles;

/// <summary>Result of a vote.</summary>
public sealed class ArcVoteResult
{
    internal ArcVoteResult(IReadOnlyList<ArcTaskVote> tasks)
    {
        Tasks = tasks;
    }

    /// <summary>One vote per task, in the order of the tasks.</summary>
    public IReadOnlyList<ArcTaskVote> Tasks { get; }

    /// <summary>pass@k: the share of the tasks that are solved with k attempts per test input.</summary>
    /// <param name="attempts">k, at least 1.</param>
    /// <returns>
    /// The percentage of all tasks whose answers are known; NaN if there is none. A task without predictions is not solved.
    /// </returns>
    public double PassPercent(int attempts) => Percent(task => task.IsSolved(attempts) ? 1 : 0, attempts);

    /// <summary>
    /// The score of ARC Prize: the mean over tasks of the share of test inputs solved within k attempts. The authors of the tiny recursive model report this as pass@k.
    /// </summary>
    /// <param name="attempts">k, at least 1; 2 in the competition.</param>
    /// <returns>The percentage of all tasks whose answers are known; NaN if there is none.</returns>
    public double ScorePercent(int attempts) =>
        Percent(task => (double)task.Tests.Count(test => test.RankOfAnswer <= attempts) / task.Tests.Count, attempts);

    private double Percent(Func<ArcTaskVote, double> share, int attempts)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(attempts);
        var known = Tasks.Where(task => task.Task.HasAnswers).ToArray();
        return 100.0 * known.Sum(share) / known.Length;
    }
}

/// <summary>Votes on the test inputs of a task.</summary>
public sealed class ArcTaskVote
{
    internal ArcTaskVote(ArcTask task, IReadOnlyList<ArcTestVote> tests)
    {
        Task = task;
        Tests = tests;
    }

    /// <summary>The task.</summary>
    public ArcTask Task { get; }

    /// <summary>One vote per test pair, in the task's order.</summary>
    public IReadOnlyList<ArcTestVote> Tests { get; }

    /// <summary>Whether the right answer is among the first candidates of every test input.</summary>
    /// <param name="attempts">k, the number of candidates that count; at least 1.</param>
    /// <returns><see langword="false"/> also if an answer is unknown.</returns>
    public bool IsSolved(int attempts)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(attempts);
        return Tests.All(test => test.RankOfAnswer <= attempts);
    }
}

/// <summary>Vote on one test input of a task.</summary>
public sealed class ArcTestVote
{
    internal ArcTestVote(ArcPair pair, IReadOnlyList<ArcCandidate> candidates)
    {
        Pair = pair;
        Candidates = candidates;
        var index = pair.Output is null ? -1 : candidates.ToList().FindIndex(candidate => pair.Output.Equals(candidate.Grid));
        RankOfAnswer = index < 0 ? null : index + 1;
    }

    /// <summary>The test pair.</summary>
    public ArcPair Pair { get; }

    /// <summary>The candidates, the best first; empty if no variant was predicted.</summary>
    public IReadOnlyList<ArcCandidate> Candidates { get; }

    /// <summary>The rank of the right answer among the candidates, from 1; <see langword="null"/> if it is missing or unknown.</summary>
    public int? RankOfAnswer { get; }
}

/// <summary>Answer to a test input that variants of a task predicted.</summary>
/// <param name="Grid">The answer without augmentation; <see langword="null"/> if the predictions have no grid.</param>
/// <param name="Votes">The number of variants with this answer.</param>
/// <param name="Confidence">The mean over them of the sigmoid of the halting logit, 0 to 1.</param>
public sealed record ArcCandidate(ArcGrid? Grid, int Votes, double Confidence);
