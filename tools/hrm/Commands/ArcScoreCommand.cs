using System.CommandLine;
using System.Text.Json.Nodes;
using Hrm.Puzzles;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary><c>evaluate submission</c>: scores a submission of any program.</summary>
internal static class ArcScoreCommand
{
    private static readonly Argument<string> File = new("file") { Description = "The submission, two attempts per test input in the format of the competition." };

    private static readonly int[] Attempts = [1, 2];

    public static Command Create()
    {
        var command = new Command("submission", "Score a submission of ARC answers; no model is needed.") { File, ArcSources.Source, ArcSources.MaxSide, CommonOptions.Json };
        command.SetAction(Score);
        return command;
    }

    private static void Score(ParseResult result)
    {
        if (result.GetValue(ArcSources.Source) is not { Length: > 0 } sources)
        {
            throw new UsageException("--source: expected the tasks of the submission with their outputs, got none.");
        }

        ArcTask[] tasks = [.. ArcSources.Read(result, sources).SelectMany(set => set.Tasks)];
        if (!Array.Exists(tasks, task => task.HasAnswers))
        {
            throw new UsageException("--source: expected at least one task with its outputs, got none.");
        }

        var submission = ArcVoteResult.ReadSubmission(result.GetValue(File)!, tasks);
        if (!result.GetValue(CommonOptions.Json))
        {
            ArcReport.WriteScores(AnsiConsole.Console, submission, Attempts);
            return;
        }

        var scores = new JsonObject();
        ArcReport.AddScores(scores, submission, Attempts);
        JsonOutput.Write(scores);
    }
}
