using System.CommandLine;
using System.Diagnostics;
using Hrm.Core;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary><c>evaluate TASK</c>: measures a model on test puzzles.</summary>
internal static class EvaluateCommand
{
    private static readonly Option<string?> Data = new("--data") { Description = "The folder of a dataset; by default the test puzzles of the run, if the model is one." };
    private static readonly Option<string[]> Test = CommonOptions.Files("--test", "Puzzles instead of --data: one or more files, CSV or text.");
    private static readonly Option<string?> Submission = new("--submission") { Description = "A file to write two answers per test input to, in the format of the competition." };
    private static readonly Option<bool> Scale = new("--scale") { Description = "Print the accuracy after 8 to 64 segments and with 1, 3 and 9 votes over symmetries." };
    private static readonly Option<bool> Depths = new("--depths") { Description = "Print the exact answers after 8, 16, 32 … segments, up to --segments or 64, the segment at which each halting rule would have stopped, and the calibration of q_halt." };
    private static readonly Option<int> Count = new("--count") { Description = "The number of puzzles for --scale, evenly over all.", DefaultValueFactory = _ => 200 };

    private static readonly Option<int> Search = new("--search")
    {
        Description = "Search with the check of the task: the largest number of evaluations per puzzle, the first pass included. An evaluation is one run of the model on a puzzle or on a partial answer.",
    };

    private static readonly Option<int> Starts = new("--starts")
    {
        Description = "Solve each puzzle from this number of initial states, all but the first with noise. The answer with the largest q_halt counts.",
        DefaultValueFactory = _ => 1,
    };

    public static Command Create(ToolTask task)
    {
        var command = new Command(task.Name, $"Evaluate on {task.Puzzles}.")
        {
            CommonOptions.Model, CommonOptions.Modules, Data, CommonOptions.Segments, CommonOptions.Adaptive, Depths, CommonOptions.Json, TorchOptions.Device, TorchOptions.Dtype, TorchOptions.Tf32, TorchOptions.Threads,
        };
        CommonOptions.AddFiles(command, task, Test);
        if (task is SudokuToolTask)
        {
            command.Add(Search);
        }

        if (task is ArcToolTask)
        {
            command.Add(Submission);
        }
        else
        {
            command.Add(Scale);
            command.Add(Count);
            command.Add(Starts);
        }

        command.SetAction((result, cancellationToken) => Task.Run(() => EvaluateAsync(result, task, cancellationToken), CancellationToken.None));
        return command;
    }

    private static async Task<int> EvaluateAsync(ParseResult result, ToolTask task, CancellationToken cancellationToken)
    {
        var submission = CommonOptions.ReadOutput(result, Submission);
        var thinking = new ThinkingOptions { Starts = task is ArcToolTask ? 1 : result.GetValue(Starts), Evaluations = result.GetValue(Search), Selection = AnswerSelection.Confidence };
        if (thinking.FindErrors() is [var error, ..])
        {
            throw new UsageException($"{(error.StartsWith(nameof(thinking.Starts), StringComparison.Ordinal) ? Starts : Search).Name}: {error}.");
        }

        var source = CommonOptions.OpenModel(result, task);
        var segments = CommonOptions.ReadSegments(result);
        var isNamed = CommonOptions.Given(result, Data, Test).Length > 0 || source.Run is null;
        using var test = task.OpenTest(isNamed ? CommonOptions.ReadData(result, task, Data, Test, Test) : source.Run!.Data, cancellationToken);
        var settings = source.CreateSettings(task, test.Examples.SequenceLength);
        settings.Trainer.Halting.MaxSegments = segments ?? settings.Trainer.Halting.MaxSegments;
        test.RequireIdsOf(settings.Data, source.Path);
        using var model = source.Load(settings.Model.SequenceLength, TorchOptions.Apply(result), TorchOptions.ReadDtype(result.GetValue(TorchOptions.Dtype)));
        settings.Trainer.Halting.Rule = source.RuleOf(model);
        if (result.GetValue(Scale))
        {
            CommonOptions.RequireAbsent(result, "with --scale", CommonOptions.Segments, CommonOptions.Adaptive, Depths, Search, Starts, CommonOptions.Json);
            await new ScaleTable(model, task.CreateSymmetricTask(PuzzleSize.Of(test.Examples))!, test, CommonOptions.Require(result, Count, 1, int.MaxValue))
                .WriteAsync(AnsiConsole.Console, cancellationToken);
            return 0;
        }

        CommonOptions.RequireAbsent(result, "without --scale", Count);
        var report = task.CreateReport(test);
        if (result.GetValue(Depths))
        {
            CommonOptions.RequireAbsent(result, "with --depths", CommonOptions.Adaptive, Search, Starts, Submission, CommonOptions.Json);
            var depths = segments is null ? new DepthReport(report, settings.Trainer.Halting.Rule) : new DepthReport(report, settings.Trainer.Halting.Rule, segments.Value);
            depths.Run(model, test, settings.EvaluationBatchSize, cancellationToken);
            depths.Write(AnsiConsole.Console);
            return 0;
        }

        var rule = result.GetValue(CommonOptions.Adaptive) ? settings.Trainer.Halting.Rule : HaltingRule.Never;
        var clock = Stopwatch.StartNew();
        var limits = new SolverOptions { MaxSegments = settings.Trainer.Halting.MaxSegments, Rule = rule };
        var search = thinking.Evaluations > 0 || thinking.Starts > 1 ? new SearchReport(report, thinking, limits) : null;
        var averages = default(MetricAverages);
        if (search is not null)
        {
            await search.RunAsync(model, task.CreateSymmetricTask(PuzzleSize.Of(test.Examples))!, test, cancellationToken);
        }
        else
        {
            averages = RunEvaluation.Run(model, settings, test, rule == HaltingRule.Never ? null : new QValueHalting(rule: rule), report, cancellationToken);
        }

        if (result.GetValue(CommonOptions.Json))
        {
            var json = search?.ToJson() ?? report.ToJson(averages);
            json["task"] = task.Name;
            json["model"] = source.Path;
            json["halting"] = rule.ToString();
            json["max_segments"] = settings.Trainer.Halting.MaxSegments;
            json["seconds"] = clock.Elapsed.TotalSeconds;
            JsonOutput.Write(json);
        }
        else if (search is not null)
        {
            search.Write(AnsiConsole.Console);
        }
        else
        {
            report.Write(AnsiConsole.Console, averages);
        }

        if (report is ArcReport arc && submission is not null)
        {
            arc.WriteSubmission(submission);
        }

        return 0;
    }
}
