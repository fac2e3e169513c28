namespace Hrm.Puzzles;

/// <summary>
/// Vote of the augmented variants of ARC tasks. Each prediction is cropped (<see cref="ArcEncoding.Crop"/>) and its augmentation is
/// undone; equal grids are counted. The answers to a test input are ranked by votes, then by mean confidence.
/// </summary>
/// <remarks>
/// <para>A row belongs to the test pair whose input equals its own, cropped and with the augmentation undone. Answers with equal votes
/// and mean confidence are ranked in the order in which they were first added. As in the authors' evaluation, the sigmoid of a
/// halting logit is rounded to float32 and the sum is float64. A prediction without a grid counts as an answer that is never right.</para>
/// <para>Memory grows with the number of different answers, at most 1 KB each, not with the number of rows. Not thread-safe.</para>
/// </remarks>
/// <example><code>
/// var vote = new ArcVote(dataset.EvaluationTasks);
/// vote.Add(dataset.Identifiers[puzzleId], inputs, prediction, haltLogit); // for each row of the test split
/// var result = vote.Rank();
/// Console.WriteLine(result.PassPercent(2));
/// </code></example>
public sealed class ArcVote
{
    private static readonly ArcGrid NoGrid = ArcGrid.Adopt(0, 0, []);

    private readonly ArcTask[] _tasks;

    /// <summary>For each task and test input the votes and the sum of the confidences of each answer.</summary>
    private readonly Dictionary<string, Dictionary<ArcGrid, OrderedDictionary<ArcGrid, (int Votes, double Confidence)>>> _answers;

    /// <summary>Creates a vote without rows.</summary>
    /// <param name="tasks">The tasks; their outputs may be unknown.</param>
    /// <exception cref="HrmFormatException">Two tasks of the same name.</exception>
    public ArcVote(IEnumerable<ArcTask> tasks)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        _tasks = [.. tasks];
        _answers = new(_tasks.Length, StringComparer.Ordinal);
        foreach (var task in _tasks)
        {
            // Test pairs with the same input share their answers.
            var inputs = task.Test.Select(pair => pair.Input).Distinct();
            if (!_answers.TryAdd(task.Name, inputs.ToDictionary(input => input, _ => new OrderedDictionary<ArcGrid, (int, double)>())))
            {
                throw new HrmFormatException("expected each task's name once, got it twice", place: task.Name);
            }
        }
    }

    /// <summary>The number of rows added, without padding.</summary>
    public long Rows { get; private set; }

    /// <summary>Adds the prediction of a row of the test split.</summary>
    /// <param name="identifier">The text of the row's puzzle id; a row of <see cref="ArcPuzzleId.Blank"/> is ignored.</param>
    /// <param name="inputs">The tokens of the input.</param>
    /// <param name="prediction">The predicted tokens of the same canvas, of any value.</param>
    /// <param name="haltLogit">The halting logit.</param>
    /// <exception cref="HrmFormatException">
    /// An id that is not valid or of another task, an input that is not a test input of the task, another number of tokens, or a
    /// logit that is not a number; names the id.
    /// </exception>
    public void Add(string identifier, ReadOnlySpan<int> inputs, ReadOnlySpan<int> prediction, float haltLogit)
    {
        ArgumentNullException.ThrowIfNull(identifier);
        if (identifier == ArcPuzzleId.Blank)
        {
            return;
        }

        if (!ArcPuzzleId.TryParse(identifier, out var id))
        {
            throw new HrmFormatException(
                "expected a puzzle id, name_t{k}_{10 digits}, name|||t{k}|||{10 digits} or a task's name, got another text", place: Quote.Text(identifier));
        }

        if (float.IsNaN(haltLogit))
        {
            throw new HrmFormatException("expected a halting logit that is a number, got NaN", place: identifier);
        }

        if (!_answers.TryGetValue(id.Name, out var tests))
        {
            throw new HrmFormatException($"expected the id of one of the {_tasks.Length} tasks of the vote, got another", place: identifier);
        }

        if (prediction.Length != inputs.Length)
        {
            throw new HrmFormatException($"expected a prediction of {inputs.Length} tokens, as the input, got {prediction.Length}", place: identifier);
        }

        var undo = id.Augmentation.Inverse;
        if (ArcEncoding.Crop(inputs) is not { } input || !tests.TryGetValue(undo.Apply(input), out var answers))
        {
            throw new HrmFormatException($"expected one of the {tests.Count} test inputs of the task at the origin, got another canvas", place: identifier);
        }

        var answer = ArcEncoding.Crop(prediction) is { } grid ? undo.Apply(grid) : NoGrid;
        answers.TryGetValue(answer, out var sum);
        answers[answer] = (sum.Votes + 1, sum.Confidence + (float)(1 / (1 + Math.Exp(-(double)haltLogit))));
        Rows++;
    }

    /// <summary>Ranks the answers so far; more rows can be added afterwards.</summary>
    public ArcVoteResult Rank() =>
        new([.. _tasks.Select(task => new ArcTaskVote(task, [.. task.Test.Select(pair => new ArcTestVote(pair, Rank(_answers[task.Name][pair.Input])))]))]);

    /// <summary>The candidates, the best first. The sort is stable: ties keep the order in which they were first added.</summary>
    private static IReadOnlyList<ArcCandidate> Rank(OrderedDictionary<ArcGrid, (int Votes, double Confidence)> answers) =>
    [
        .. answers
            .Select(answer => new ArcCandidate(answer.Key.Equals(NoGrid) ? null : answer.Key, answer.Value.Votes, answer.Value.Confidence / answer.Value.Votes))
            .OrderByDescending(candidate => candidate.Votes)
            .ThenByDescending(candidate => candidate.Confidence),
    ];
}
