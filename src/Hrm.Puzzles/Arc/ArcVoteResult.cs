using System.Text.Json;

namespace Hrm.Puzzles;

/// <summary>Result of a vote on tasks.</summary>
/// <param name="tasks">One vote per task.</param>
public sealed class ArcVoteResult(IReadOnlyList<ArcTaskVote> tasks)
{
    private static readonly ArcGrid NoAnswer = ArcGrid.Create(1, 1, [0]);

    /// <summary>One vote per task, in the order of the tasks.</summary>
    public IReadOnlyList<ArcTaskVote> Tasks { get; } = tasks ?? throw new ArgumentNullException(nameof(tasks));

    private IReadOnlyList<ArcTaskVote> Known => [.. Tasks.Where(task => task.Task.HasAnswers)];

    /// <summary>pass@k: the percentage of tasks that are solved with k attempts per test input.</summary>
    /// <param name="attempts">k, at least 1.</param>
    /// <returns>
    /// The percentage of all tasks with known answers; a task without predictions is not solved. Not a number if no answers are known.
    /// </returns>
    public double PassPercent(int attempts)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(attempts);
        return 100.0 * Known.Count(task => task.IsSolved(attempts)) / Known.Count;
    }

    /// <summary>
    /// The score of ARC Prize: the mean over tasks of the share of test inputs that are solved within k attempts. The authors of the
    /// tiny recursive model report it as pass@k.
    /// </summary>
    /// <param name="attempts">k, at least 1; 2 in the competition.</param>
    /// <returns>The percentage of all tasks with known answers; not a number if no answers are known.</returns>
    public double ScorePercent(int attempts)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(attempts);
        return 100.0 * Known.Sum(task => (double)task.Tests.Count(test => test.RankOfAnswer <= attempts) / task.Tests.Count) / Known.Count;
    }

    /// <summary>Writes two attempts per test input, the format of the ARC competition.</summary>
    /// <remarks>
    /// <c>{"task": [{"attempt_1": [[…]], "attempt_2": [[…]]}, …], …}</c>: tasks and test inputs in their order. The attempts are the first
    /// two candidates that are grids. A single one is written twice; without one, both are <c>[[0]]</c>. The file is replaced as a
    /// whole or remains unchanged.
    /// </remarks>
    /// <param name="path">The file; its folder must exist.</param>
    /// <exception cref="HrmFileException">The file cannot be written.</exception>
    public void WriteSubmission(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            AtomicFile.Write(AtomicFile.FollowLinks(path), stream =>
            {
                using var json = new Utf8JsonWriter(stream);
                WriteSubmission(json);
            });
        }
        catch (HrmFileException e)
        {
            throw new HrmFileException(path, "could not be written", e.InnerException ?? e);
        }
    }

    /// <summary>Reads a submission; <see cref="WriteSubmission(string)"/> is the inverse.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tasks">The tasks that it answers; a task without attempts in the file is not solved.</param>
    /// <returns>The attempts as candidates without votes.</returns>
    /// <exception cref="HrmFormatException">
    /// The file is not a submission, or not for these tasks and test inputs; names the key, for example <c>007bbfb7[0].attempt_1[3][1]</c>.
    /// </exception>
    /// <exception cref="HrmFileException">The file cannot be read.</exception>
    public static ArcVoteResult ReadSubmission(string path, IEnumerable<ArcTask> tasks)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tasks);
        var attempts = new ArcJsonReader(path).ReadSubmission();
        ArcTaskVote[] votes = [.. tasks.Select(task => new ArcTaskVote(task, Read(path, task, attempts.GetValueOrDefault(task.Name))))];
        return attempts.Keys.Except(votes.Select(vote => vote.Task.Name)).FirstOrDefault() is { } stranger
            ? throw new HrmFormatException($"expected the names of the {votes.Length} tasks, got another", path, place: ArcJsonReader.PathOf(stranger))
            : new ArcVoteResult(votes);
    }

    private static ArcTestVote[] Read(string path, ArcTask task, List<ArcGrid[]>? tests) => tests is null || tests.Count == task.Test.Count
        ? [.. task.Test.Select((pair, test) => new ArcTestVote(pair, [.. (tests?[test] ?? []).Select(grid => new ArcCandidate(grid, 0, 0))]))]
        : throw new HrmFormatException($"expected attempts for {task.Test.Count} test inputs, got {tests.Count}", path, place: task.Name);

    private void WriteSubmission(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var task in Tasks)
        {
            json.WriteStartArray(task.Task.Name);
            foreach (var test in task.Tests)
            {
                var attempts = test.Candidates.Select(candidate => candidate.Grid).OfType<ArcGrid>().Take(2).DefaultIfEmpty(NoAnswer).ToArray();
                json.WriteStartObject();
                WriteAttempt(json, "attempt_1", attempts[0]);
                WriteAttempt(json, "attempt_2", attempts[^1]);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.Flush();
        }

        json.WriteEndObject();
    }

    private static void WriteAttempt(Utf8JsonWriter json, string attempt, ArcGrid grid)
    {
        json.WriteStartArray(attempt);
        for (var row = 0; row < grid.Rows; row++)
        {
            json.WriteStartArray();
            for (var column = 0; column < grid.Columns; column++)
            {
                json.WriteNumberValue(grid[row, column]);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }
}

/// <summary>The vote on the test inputs of a task.</summary>
public sealed class ArcTaskVote
{
    internal ArcTaskVote(ArcTask task, IReadOnlyList<ArcTestVote> tests)
    {
        Task = task;
        Tests = tests;
    }

    /// <summary>The task.</summary>
    public ArcTask Task { get; }

    /// <summary>One vote per test pair, in the order of the task.</summary>
    public IReadOnlyList<ArcTestVote> Tests { get; }

    /// <summary>Whether the right answer of every test input is among its first candidates; false if an answer is unknown.</summary>
    /// <param name="attempts">k, the number of candidates that count; at least 1.</param>
    public bool IsSolved(int attempts)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(attempts);
        return Tests.All(test => test.RankOfAnswer <= attempts);
    }
}

/// <summary>The vote on one test input of a task.</summary>
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

    /// <summary>The answers, the best first; none if no variant was predicted.</summary>
    public IReadOnlyList<ArcCandidate> Candidates { get; }

    /// <summary>The rank of the right answer among the candidates, from 1; <see langword="null"/> if it is unknown or not among them.</summary>
    public int? RankOfAnswer { get; }
}

/// <summary>Answer that variants of a task voted for.</summary>
/// <param name="Grid">The answer with the augmentation undone; <see langword="null"/> if the predictions contain no grid.</param>
/// <param name="Votes">The number of variants that gave it.</param>
/// <param name="Confidence">The mean over these variants of the sigmoid of the halting logit, 0 to 1.</param>
public sealed record ArcCandidate(ArcGrid? Grid, int Votes, double Confidence);
