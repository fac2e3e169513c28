using System.Text.Json.Nodes;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Reports ARC answers: the augmented variants of a task vote, and a task is solved if all its test inputs are.</summary>
internal sealed class ArcReport : TaskReport
{
    private static readonly int[] Attempts = [1, 2, 5, 10, 100, 1000];

    private readonly NamedDataset _test;
    private readonly ArcVote _vote;
    private readonly ArcVote _originals;

    public ArcReport(NamedDataset test)
    {
        var tasks = ArcTasks.Of(test);
        (_test, _vote, _originals) = (test, new ArcVote(tasks), new ArcVote(tasks));
    }

    public override IReadOnlyList<string> Kinds { get; } = ["variant"];

    public override IReadOnlyList<string> CategoriesOf(int example, int[] inputs)
        => [IsOriginal(_test.Examples.PuzzleIds[_test.PuzzleOf(example)]) ? "as they are" : "augmented"];

    public override void Add(EvaluatedExample example)
    {
        AddTo(_vote);
        if (IsOriginal(example.PuzzleId))
        {
            AddTo(_originals);
        }

        // A test pair without a known output is neither right nor wrong.
        if (_test.Read(example.Example).Labels.Any(label => label != PuzzleBatch.IgnoredLabel))
        {
            base.Add(example);
        }

        void AddTo(ArcVote vote) => vote.Add(IdentifierOf(example.PuzzleId), example.Inputs, example.Answer, example.Segments[^1].QHalt);
    }

    public override void Write(IAnsiConsole console)
    {
        base.Write(console);
        WriteScores(console, _vote.Rank(), Attempts, _originals.Rank());
    }

    /// <summary>Writes how many tasks are solved within each number of attempts, and by the baselines.</summary>
    /// <param name="console">The console.</param>
    /// <param name="result">The answers.</param>
    /// <param name="attempts">The numbers of attempts.</param>
    /// <param name="withoutVotes">The answers of the variants that are not augmented, if they are known.</param>
    public static void WriteScores(IAnsiConsole console, ArcVoteResult result, IEnumerable<int> attempts, ArcVoteResult? withoutVotes = null)
    {
        var known = result.Tasks.Count(task => task.Task.HasAnswers);
        if (known < result.Tasks.Count)
        {
            console.WriteLine($"{result.Tasks.Count - known} of {result.Tasks.Count} tasks have no known outputs and are not scored");
        }

        if (known == 0)
        {
            return;
        }

        var table = CreateTable("attempts", "tasks solved", "%", "95 % interval", "test inputs solved", "ARC Prize score, %");
        foreach (var count in attempts)
        {
            AddRow($"{count}", new ArcScore(result, count));
        }

        if (withoutVotes is not null)
        {
            AddRow("1, without votes", new ArcScore(withoutVotes, 1));
        }

        AddRow("1, copy of the input", ArcScore.OfCopies(result));
        console.Write(table);

        void AddRow(string name, ArcScore score) => table.AddRow(
            name, $"{score.Solved} of {score.Tasks}", $"{score.Percent:F1}", $"{score.Interval.Low:F1} to {score.Interval.High:F1}", $"{score.SolvedTests} of {score.Tests}", $"{score.PrizePercent:F1}");
    }

    public override JsonObject ToJson()
    {
        var json = base.ToJson();
        AddScores(json, _vote.Rank(), Attempts, _originals.Rank());
        return json;
    }

    /// <summary>Adds the scored tasks, how many are solved within each number of attempts, and the baselines.</summary>
    /// <inheritdoc cref="WriteScores"/>
    /// <param name="json">The object to add to.</param>
    public static void AddScores(JsonObject json, ArcVoteResult result, IEnumerable<int> attempts, ArcVoteResult? withoutVotes = null)
    {
        var known = result.Tasks.Count(task => task.Task.HasAnswers);
        json["tasks"] = known;
        json["scores"] = new JsonArray([.. attempts.Where(_ => known > 0).Select(count => new ArcScore(result, count).ToJson())]);
        if (known == 0)
        {
            return;
        }

        json["copy_input"] = ArcScore.OfCopies(result).ToJson();
        if (withoutVotes is not null)
        {
            json["without_votes"] = new ArcScore(withoutVotes, 1).ToJson();
        }
    }

    /// <summary>Writes two answers per test input in the format of the competition.</summary>
    public void WriteSubmission(string path) => _vote.Rank().WriteSubmission(path);

    private bool IsOriginal(int puzzleId) => ArcPuzzleId.TryParse(IdentifierOf(puzzleId), out var id) && id.Augmentation.IsIdentity;

    private string IdentifierOf(int puzzleId) => puzzleId < _test.Identifiers.Count ? _test.Identifiers[puzzleId] : ArcPuzzleId.Blank;
}

/// <summary>The share of the tasks with known outputs that answers solve.</summary>
/// <param name="result">The answers.</param>
/// <param name="attempts">The number of attempts per test input.</param>
internal sealed class ArcScore(ArcVoteResult result, int attempts)
{
    /// <summary>The 97.5 % quantile of the normal distribution.</summary>
    private const double Quantile = 1.959963984540054;

    private readonly ArcTestVote[] _tests = [.. result.Tasks.Where(task => task.Task.HasAnswers).SelectMany(task => task.Tests)];

    /// <summary>The number of tasks with known outputs.</summary>
    public int Tasks { get; } = result.Tasks.Count(task => task.Task.HasAnswers);

    /// <summary>The number of tasks that are solved.</summary>
    public int Solved { get; } = result.Tasks.Count(task => task.IsSolved(attempts));

    /// <summary>The number of test inputs of these tasks.</summary>
    public int Tests => _tests.Length;

    /// <summary>The number of test inputs that are solved.</summary>
    public int SolvedTests => _tests.Count(test => test.RankOfAnswer <= attempts);

    /// <summary>pass@k.</summary>
    public double Percent { get; } = result.PassPercent(attempts);

    /// <summary>The score of ARC Prize.</summary>
    public double PrizePercent { get; } = result.ScorePercent(attempts);

    /// <summary>Wilson's 95 % interval of <see cref="Percent"/>, with the tasks as independent draws.</summary>
    public (double Low, double High) Interval
    {
        get
        {
            var (share, square) = ((double)Solved / Tasks, Quantile * Quantile / Tasks);
            var (centre, half) = (share + (square / 2), Math.Sqrt(square * ((share * (1 - share)) + (square / 4))));
            return (100 * Math.Max(0, centre - half) / (1 + square), 100 * Math.Min(1, (centre + half) / (1 + square)));
        }
    }

    /// <summary>The score of the answers that are copies of the inputs.</summary>
    public static ArcScore OfCopies(ArcVoteResult result)
    {
        var copies = new ArcVote(result.Tasks.Select(task => task.Task));
        foreach (var (name, input) in result.Tasks.SelectMany(task => task.Task.Test, (task, pair) => (task.Task.Name, ArcEncoding.Encode(pair.Input))))
        {
            copies.Add(name, input, input, haltLogit: 0);
        }

        return new ArcScore(copies.Rank(), attempts: 1);
    }

    /// <summary>Returns the score as JSON.</summary>
    public JsonObject ToJson() => new()
    {
        ["k"] = attempts,
        ["solved"] = Solved,
        ["pass_percent"] = Percent,
        ["pass_interval"] = new JsonArray(Interval.Low, Interval.High),
        ["test_inputs"] = Tests,
        ["test_inputs_solved"] = SolvedTests,
        ["score_percent"] = PrizePercent,
    };
}

/// <summary>Reads the tasks of a dataset back from its puzzles that are not augmented.</summary>
internal static class ArcTasks
{
    /// <summary>Returns the tasks of the test split, in its order.</summary>
    public static IReadOnlyList<ArcTask> Of(NamedDataset test)
    {
        using var train = NamedDataset.Open(test.Folder, NamedDataset.TrainSplit);
        var demonstrations = Originals(train).GroupBy(puzzle => puzzle.Name).ToDictionary(puzzles => puzzles.Key, puzzles => puzzles.First().Pairs);
        return [.. Originals(test).Select(puzzle => new ArcTask(
            puzzle.Name,
            demonstrations.GetValueOrDefault(puzzle.Name) ?? throw new UsageException($"--data: {test.Folder}: expected demonstrations of task {puzzle.Name} in the split {NamedDataset.TrainSplit}, got none."),
            puzzle.Pairs))];
    }

    private static IEnumerable<(string Name, ArcPair[] Pairs)> Originals(NamedDataset dataset)
    {
        var examples = dataset.Examples;
        for (var puzzle = 0; puzzle < examples.PuzzleIds.Count; puzzle++)
        {
            var id = examples.PuzzleIds[puzzle];
            if (id < dataset.Identifiers.Count && ArcPuzzleId.TryParse(dataset.Identifiers[id], out var parsed) && parsed.Augmentation.IsIdentity)
            {
                yield return (parsed.Name, ArcRules.PairsOf(dataset, puzzle));
            }
        }
    }
}
