using System.Text.Json.Nodes;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Reports ARC answers: the augmented variants of a task vote, and a task is solved if all its test inputs are.</summary>
internal sealed class ArcReport(NamedDataset test) : TaskReport
{
    private static readonly int[] Attempts = [1, 2, 5, 10, 100, 1000];

    private readonly ArcVote _vote = new(ArcTasks.Of(test));

    public override IReadOnlyList<string> Kinds { get; } = ["variant"];

    public override IReadOnlyList<string> CategoriesOf(int example, int[] inputs)
    {
        var isOriginal = ArcPuzzleId.TryParse(IdentifierOf(test.Examples.PuzzleIds[test.PuzzleOf(example)]), out var id) && id.Augmentation.IsIdentity;
        return [isOriginal ? "as they are" : "augmented"];
    }

    public override void Add(EvaluatedExample example)
    {
        _vote.Add(IdentifierOf(example.PuzzleId), example.Inputs, example.Answer, example.Segments[^1].QHalt);

        // A test pair without a known output is neither right nor wrong.
        if (test.Read(example.Example).Labels.Any(label => label != PuzzleBatch.IgnoredLabel))
        {
            base.Add(example);
        }
    }

    public override void Write(IAnsiConsole console)
    {
        base.Write(console);
        WriteScores(console, _vote.Rank(), Attempts);
    }

    /// <summary>Writes how many tasks are solved within each number of attempts.</summary>
    public static void WriteScores(IAnsiConsole console, ArcVoteResult result, IEnumerable<int> attempts)
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

        var table = CreateTable("attempts", "tasks solved", "%", "ARC Prize score, %");
        foreach (var count in attempts)
        {
            table.AddRow(
                $"{count}", $"{result.Tasks.Count(task => task.IsSolved(count))} of {known}", $"{result.PassPercent(count):F1}", $"{result.ScorePercent(count):F1}");
        }

        console.Write(table);
    }

    public override JsonObject ToJson()
    {
        var json = base.ToJson();
        AddScores(json, _vote.Rank(), Attempts);
        return json;
    }

    /// <summary>Adds the scored tasks, and how many are solved within each number of attempts.</summary>
    public static void AddScores(JsonObject json, ArcVoteResult result, IEnumerable<int> attempts)
    {
        var known = result.Tasks.Count(task => task.Task.HasAnswers);
        json["tasks"] = known;
        json["scores"] = new JsonArray([.. attempts.Where(_ => known > 0).Select(count => new JsonObject
        {
            ["k"] = count,
            ["solved"] = result.Tasks.Count(task => task.IsSolved(count)),
            ["pass_percent"] = result.PassPercent(count),
            ["score_percent"] = result.ScorePercent(count),
        })]);
    }

    /// <summary>Writes two answers per test input in the format of the competition.</summary>
    public void WriteSubmission(string path) => _vote.Rank().WriteSubmission(path);

    private string IdentifierOf(int puzzleId) => puzzleId < test.Identifiers.Count ? test.Identifiers[puzzleId] : ArcPuzzleId.Blank;
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
