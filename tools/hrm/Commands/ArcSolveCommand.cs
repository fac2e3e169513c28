using System.CommandLine;
using System.Text.Json.Nodes;
using Hrm.Core;
using Hrm.Puzzles;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary><c>solve arc</c>: solves the test inputs of tasks, two attempts each.</summary>
internal static class ArcSolveCommand
{
    private const int Attempts = 2;

    private static readonly Argument<string[]> Sources = new("tasks") { Description = "Files or folders of tasks, as --source of `data arc build`.", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string?> Data = new("--data") { Description = "The dataset with the puzzle ids of the model; by default that of the run, if the model is one." };
    private static readonly Option<string?> Submission = new("--submission") { Description = "A file to write the attempts to, in the format of the competition." };

    public static Command Create()
    {
        var command = new Command("arc", "Solve ARC tasks. Exit code 3 if a task is not solved within two attempts, or the model does not know it.")
        {
            Sources, CommonOptions.Model, CommonOptions.Modules, Data, ArcSources.MaxSide, CommonOptions.SkipBad, Submission, CommonOptions.Json, CommonOptions.Segments,
            TorchOptions.Device, TorchOptions.Dtype, TorchOptions.Tf32, TorchOptions.Threads,
        };
        command.SetAction(SolveAsync);
        return command;
    }

    private static async Task<int> SolveAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var submission = CommonOptions.ReadOutput(result, Submission);
        ArcTask[] tasks = [.. ArcSources.Read(result, result.GetValue(Sources)!).SelectMany(set => set.Tasks)];
        var tool = ToolTask.Of("arc");
        var source = CommonOptions.OpenModel(result, tool);
        var segments = CommonOptions.ReadSegments(result);
        var settings = source.CreateSettings(tool, tool.PaperLength);
        var identifiers = settings.Model.PuzzleEmbeddingWidth > 0 ? ReadIdentifiers(result, settings, source.Path) : [];
        using var model = source.Load(tool.PaperLength, TorchOptions.Apply(result), TorchOptions.ReadDtype(result.GetValue(TorchOptions.Dtype)));
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = segments ?? settings.Trainer.Halting.MaxSegments, Rule = HaltingRule.Never });
        var arc = new ArcSolver(solver, identifiers);
        RequireKnown(arc, tasks, source.Path);
        var votes = new List<ArcTaskVote>(tasks.Length);
        var ranked = new ArcVoteResult(votes);
        try
        {
            foreach (var task in tasks)
            {
                votes.Add(arc.Knows(task.Name) ? await arc.SolveAsync(task, cancellationToken) : new ArcVote([task]).Rank().Tasks[0]);
                Write(votes[^1], result.GetValue(CommonOptions.Json));
                if (tasks.Length > 1)
                {
                    CommandLine.Messages.WriteLine($"{votes.Count:N0} of {Words.Count(tasks.Length, "task")}: {task.Name}");
                }
            }
        }
        finally
        {
            // Also what was solved before a signal or an error.
            if (submission is not null && votes.Count > 0)
            {
                ranked.WriteSubmission(submission);
            }
        }

        if (!result.GetValue(CommonOptions.Json))
        {
            ArcReport.WriteScores(AnsiConsole.Console, ranked, attempts: [1, Attempts]);
        }

        return votes.TrueForAll(vote => vote.Task.HasAnswers ? vote.IsSolved(Attempts) : arc.Knows(vote.Task.Name)) ? 0 : CommandLine.No;
    }

    private static IReadOnlyList<string> ReadIdentifiers(ParseResult result, RunSettings settings, string model)
    {
        using var dataset = NamedDataset.Open(result.GetValue(Data) ?? settings.Data.Folder, NamedDataset.TrainSplit);
        dataset.RequireIdsOf(settings.Data, model);
        return dataset.Identifiers;
    }

    /// <summary>Names the tasks that a model has no puzzle ids for; an error if it knows none.</summary>
    private static void RequireKnown(ArcSolver arc, ArcTask[] tasks, string model)
    {
        string[] unknown = [.. tasks.Select(task => task.Name).Where(name => !arc.Knows(name))];
        if (unknown.Length == 0)
        {
            return;
        }

        var names = string.Join(", ", unknown.Take(3)) + (unknown.Length > 3 ? ", …" : string.Empty);
        var message = $"{model}: expected puzzle ids for {Words.Count(tasks.Length, "task")}, got none for {unknown.Length} ({names}); build a dataset with them and train the model on it with --init and --new-ids.";
        if (unknown.Length == tasks.Length)
        {
            throw new UsageException(message);
        }

        CommandLine.Warn(message);
    }

    private static void Write(ArcTaskVote vote, bool isJson)
    {
        if (isJson)
        {
            JsonOutput.Write(new JsonObject { ["task"] = vote.Task.Name, ["tests"] = new JsonArray([.. vote.Tests.Select(ToJson)]) });
            return;
        }

        ConsolePage.Write(AnsiConsole.Console, vote.Tests.Select((test, index) => new PuzzleView(
            $"{vote.Task}, test input {index + 1}, {Describe(test)}",
            [ArcToolTask.View("input", test.Pair.Input), .. AttemptsOf(test).Select((attempt, number) => ArcToolTask.View($"{number + 1}", attempt.Grid!))])));
    }

    private static string Describe(ArcTestVote test)
    {
        var votes = AttemptsOf(test).Select(attempt => $"{attempt.Votes}").ToArray();
        var verdict = IsSolved(test) switch { true => ": solved", false => ": not solved", null => string.Empty };
        return (votes.Length > 0 ? $"attempts with {string.Join(" and ", votes)} votes" : "no attempt") + verdict;
    }

    /// <summary>The attempts that a submission has: the first two candidates, without those that are no grid, which come last.</summary>
    private static IEnumerable<ArcCandidate> AttemptsOf(ArcTestVote test) => test.Candidates.Where(candidate => candidate.Grid is not null).Take(Attempts);

    private static bool? IsSolved(ArcTestVote test) => test.Pair.Output is null ? null : test.RankOfAnswer <= Attempts;

    private static JsonObject ToJson(ArcTestVote test) => new()
    {
        ["attempts"] = new JsonArray([.. AttemptsOf(test).Select(attempt => ToJson(attempt.Grid!))]),
        ["votes"] = new JsonArray([.. AttemptsOf(test).Select(attempt => JsonValue.Create(attempt.Votes))]),
        ["solved"] = IsSolved(test),
    };

    private static JsonArray ToJson(ArcGrid grid) =>
        [.. Enumerable.Range(0, grid.Rows).Select(row => new JsonArray([.. Enumerable.Range(0, grid.Columns).Select(column => JsonValue.Create(grid[row, column]))]))];
}
