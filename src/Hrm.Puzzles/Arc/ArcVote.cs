using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Lets the augmented variants of ARC tasks vote: each prediction is cropped (<see cref="ArcEncoding.Crop"/>) and turned back, equal
/// grids are counted, and the answers to a test input are ranked by votes and then by mean confidence.
/// </summary>
/// <remarks>
/// <para>A row belongs to the test pair whose input its own is, cropped and turned back. Answers that tie in votes and in mean
/// confidence are ranked in the order in which they were first added. The sigmoid of a halting logit is rounded to float32, the
/// sum is float64, as in the authors' evaluation. A prediction without a grid is an answer too, one that is never right.</para>
/// <para>Memory grows with the number of different answers, at most 1 KB each, not with the number of rows. Not safe for several
/// threads.</para>
/// </remarks>
/// <example><code>
/// var vote = new ArcVote(dataset.EvaluationTasks);
/// vote.Add(dataset.Identifiers[puzzleId], inputs, prediction, haltLogit); // for each row of the test split
/// var result = vote.Rank();
/// Console.WriteLine(result.PassPercent(2));
/// </code></example>
public sealed class ArcVote
{
    private readonly ArcTask[] _tasks;
    private readonly Dictionary<string, Dictionary<ArcGrid, ArcBallot>> _ballots;

    /// <summary>Creates a vote without rows.</summary>
    /// <param name="tasks">The tasks that are voted on, whose outputs may be unknown.</param>
    /// <exception cref="PuzzleFormatException">Two tasks of the same name.</exception>
    public ArcVote(IEnumerable<ArcTask> tasks)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        _tasks = [.. tasks];
        _ballots = new(_tasks.Length, StringComparer.Ordinal);
        foreach (var task in _tasks)
        {
            // Test pairs with the same input share their answers.
            var ballots = task.Test.Select(pair => pair.Input).Distinct().ToDictionary(input => input, _ => new ArcBallot());
            if (!_ballots.TryAdd(task.Name, ballots))
            {
                throw new PuzzleFormatException("expected each task's name once, got it twice", field: task.Name);
            }
        }
    }

    /// <summary>The number of rows that were counted, padding left out.</summary>
    public long Rows { get; private set; }

    /// <summary>Counts the prediction of a row of the test split.</summary>
    /// <param name="identifier">The text of the row's puzzle id; the row is dropped if it is <see cref="ArcPuzzleId.Blank"/>.</param>
    /// <param name="inputs">The tokens of the input, 900.</param>
    /// <param name="prediction">The predicted tokens, 900, of any value.</param>
    /// <param name="haltLogit">The halting logit.</param>
    /// <exception cref="PuzzleFormatException">
    /// An id that is none or of no task of the vote, an input that is no test input of the task, another number of tokens, or a logit
    /// that is not a number; names the id.
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
    /// <exception cref="PuzzleFormatException">As in the other overload.</exception>
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

        var turnBack = id.Augmentation.Inverse;
        if (ArcEncoding.Crop(inputs) is not { } input || !ballots.TryGetValue(turnBack.Apply(input), out var ballot))
        {
            throw new PuzzleFormatException($"expected one of the {ballots.Count} test inputs of the task at the origin, got another canvas", field: id.ToString());
        }

        var answer = ArcEncoding.Crop(prediction) is { } grid ? turnBack.Apply(grid) : null;
        ballot.Add(answer, (float)(1 / (1 + Math.Exp(-(double)haltLogit))));
        Rows++;
    }

    /// <summary>Ranks what has been added so far.</summary>
    /// <returns>The result; adding goes on afterwards if wanted.</returns>
    public ArcVoteResult Rank() =>
        new([.. _tasks.Select(task => new ArcTaskVote(task, [.. task.Test.Select(pair => new ArcTestVote(pair, _ballots[task.Name][pair.Input].Rank()))]))]);
}
