using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Vote of the augmented variants of ARC tasks: each prediction is cropped (<see cref="ArcEncoding.Crop"/>) and its augmentation is
/// undone. Equal grids are counted; the candidates of a test input are ranked by votes, then by mean confidence.
/// </summary>
/// <remarks>
/// <para>A row belongs to the test pair with the same input, after cropping and undoing the augmentation. Ties keep the order in which
/// they were added. As in the authors' evaluation, the sigmoid of a halting logit is rounded to float32 and summed in float64. A
/// prediction without a grid is a candidate that is never right.</para>
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
    /// <summary>Key of the predictions without a grid; no other grid equals it.</summary>
    private static readonly ArcGrid NoGrid = ArcGrid.Adopt(0, 0, []);

    private readonly ArcTask[] _tasks;
    private readonly Dictionary<string, Dictionary<ArcGrid, OrderedDictionary<ArcGrid, (int Votes, double Confidence)>>> _ballots;

    /// <summary>Creates an empty vote.</summary>
    /// <param name="tasks">The tasks; outputs of test pairs may be unknown.</param>
    /// <exception cref="PuzzleFormatException">Two tasks have the same name.</exception>
    public ArcVote(IEnumerable<ArcTask> tasks)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        _tasks = [.. tasks];
        _ballots = new(_tasks.Length, StringComparer.Ordinal);
        foreach (var task in _tasks)
        {
            // Test pairs with the same input share their answers.
            var ballots = task.Test.Select(pair => pair.Input).Distinct().ToDictionary(input => input, _ => new OrderedDictionary<ArcGrid, (int Votes, double Confidence)>());
            if (!_ballots.TryAdd(task.Name, ballots))
            {
                throw new PuzzleFormatException("expected each task's name once, got it twice", field: task.Name);
            }
        }
    }

    /// <summary>The number of counted rows, without padding.</summary>
    public long Rows { get; private set; }

    /// <summary>Counts the prediction of a row of the test split.</summary>
    /// <param name="identifier">The text of the row's puzzle id; a row of <see cref="ArcPuzzleId.Blank"/> is ignored.</param>
    /// <param name="inputs">The tokens of the input, 900.</param>
    /// <param name="prediction">The predicted tokens, 900, of any value.</param>
    /// <param name="haltLogit">The halting logit.</param>
    /// <exception cref="PuzzleFormatException">
    /// The id is not valid or not one of the vote's tasks, the input is not a test input of the task, the number of tokens is wrong, or
    /// the logit is not a number; the message names the id.
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
            throw new PuzzleFormatException("expected a puzzle id, name_t{k}_{10 digits}, name|||t{k}|||{10 digits} or a task's name, got another text", field: Quote.Text(identifier));
        }

        Add(id, inputs, prediction, haltLogit);
    }

    /// <summary>Counts the prediction of a row of the test split.</summary>
    /// <param name="id">The row's puzzle id.</param>
    /// <param name="inputs">The tokens of the input, 900.</param>
    /// <param name="prediction">The predicted tokens, 900, of any value.</param>
    /// <param name="haltLogit">The halting logit.</param>
    /// <inheritdoc cref="Add(string, ReadOnlySpan{int}, ReadOnlySpan{int}, float)" path="/exception"/>
    public void Add(ArcPuzzleId id, ReadOnlySpan<int> inputs, ReadOnlySpan<int> prediction, float haltLogit)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (float.IsNaN(haltLogit))
        {
            throw new PuzzleFormatException("expected a halting logit that is a number, got NaN", field: id.ToString());
        }

        if (!_ballots.TryGetValue(id.Name, out var ballots))
        {
            throw new PuzzleFormatException($"expected the id of one of the {_tasks.Length} tasks of the vote, got another", field: id.ToString());
        }

        var undo = id.Augmentation.Inverse;
        if (ArcEncoding.Crop(inputs) is not { } input || !ballots.TryGetValue(undo.Apply(input), out var ballot))
        {
            throw new PuzzleFormatException($"expected one of the {ballots.Count} test inputs of the task at the origin, got another canvas", field: id.ToString());
        }

        var answer = ArcEncoding.Crop(prediction) is { } grid ? undo.Apply(grid) : NoGrid;
        var (votes, confidence) = ballot.GetValueOrDefault(answer);
        ballot[answer] = (votes + 1, confidence + (float)(1 / (1 + Math.Exp(-(double)haltLogit))));
        Rows++;
    }

    /// <summary>Ranks the candidates so far.</summary>
    /// <returns>The result; more rows can be added afterwards.</returns>
    public ArcVoteResult Rank() =>
        new([.. _tasks.Select(task => new ArcTaskVote(task, [.. task.Test.Select(pair => new ArcTestVote(pair, Rank(_ballots[task.Name][pair.Input])))]))]);

    /// <summary>Ranks the candidates of a test input. The sort is stable: ties keep the order in which they were added.</summary>
    private static ArcCandidate[] Rank(OrderedDictionary<ArcGrid, (int Votes, double Confidence)> ballot) =>
    [
        .. ballot
            .Select(sum => new ArcCandidate(sum.Key == NoGrid ? null : sum.Key, sum.Value.Votes, sum.Value.Confidence / sum.Value.Votes))
            .OrderByDescending(candidate => candidate.Votes)
            .ThenByDescending(candidate => candidate.Confidence),
    ];
}
