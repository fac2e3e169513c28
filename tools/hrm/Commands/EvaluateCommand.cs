using System.CommandLine;
using Hrm.Core;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Tool;

/// <summary><c>evaluate TASK</c>.</summary>
internal static class EvaluateCommand
{
    private static readonly Option<string> Run = CommonOptions.Run();
    private static readonly Option<string?> Data = new("--data") { Description = "The folder of a dataset; by default what the run was tested with." };
    private static readonly Option<string[]> Test = CommonOptions.Files("--test", "Puzzles instead of --data: one or more CSV files.");
    private static readonly Option<string?> Submission = new("--submission") { Description = "A file to write two answers per test input to, in the format of the competition." };
    private static readonly Option<int?> Segments = CommonOptions.Segments();
    private static readonly Option<bool> Adaptive = new("--adaptive") { Description = "Stop each puzzle by its Q values." };
    private static readonly Option<bool> Scale = new("--scale") { Description = "Print the accuracy after 8 to 64 segments and with 1, 3 and 9 votes over symmetries." };
    private static readonly Option<bool> Depths = new("--depths") { Description = "Print the exact answers after 8, 16, 32 and 64 segments, and the segment at which each halting rule would have stopped." };
    private static readonly Option<int> Count = new("--count") { Description = "The number of puzzles for --scale, evenly over all.", DefaultValueFactory = _ => 200 };
    private static readonly Option<int> Side = CommonOptions.Side();
    private static readonly Option<string> Device = CommonOptions.Device();
    private static readonly Option<string?> Dtype = CommonOptions.Dtype();
    private static readonly Option<bool> Tf32 = CommonOptions.Tf32();
    private static readonly Option<int?> Threads = CommonOptions.Threads();

    public static Command Create()
    {
        var evaluate = new Command("evaluate", "Evaluate a trained model.");
        foreach (var task in ToolTask.All)
        {
            evaluate.Add(Create(task));
        }

        return evaluate;
    }

    private static Command Create(ToolTask task)
    {
        var command = new Command(task.Name, $"Evaluate on {task.Puzzles}.") { Run, Data, Segments, Adaptive, Depths, Device, Dtype, Tf32, Threads };
        if (task is SudokuToolTask)
        {
            command.Add(Test);
            command.Add(Side);
        }

        if (task is ArcToolTask)
        {
            command.Add(Submission);
        }

        if (task is not ArcToolTask)
        {
            command.Add(Scale);
            command.Add(Count);
        }

        command.SetAction((result, cancellationToken) => Task.Run(() => EvaluateAsync(result, task, cancellationToken), CancellationToken.None));
        return command;
    }

    private static async Task<int> EvaluateAsync(ParseResult result, ToolTask task, CancellationToken cancellationToken)
    {
        var folder = new RunFolder(result.GetValue(Run)!);
        var settings = folder.ReadSettings(task);
        CommonOptions.ApplySegments(result, Segments, settings);
        using var test = task.OpenTest(DataOf(result, task, settings));
        test.RequireIdsOf(settings.Data, folder.Path);
        var device = CommonOptions.Apply(result.GetValue(Device)!, result.GetValue(Threads), result.GetValue(Tf32));
        using var model = Architectures.Load(folder.Path, settings, device, CommonOptions.ReadDtype(result.GetValue(Dtype)));
        if (task is not ArcToolTask && result.GetValue(Scale))
        {
            CommonOptions.RequireAbsent(result, "with --scale", Segments, Adaptive, Depths);
            await new ScaleTable(model, task.CreateSymmetricTask(PuzzleSize.Of(test.Examples))!, test, BuildOptions.Require(result, Count, 1, int.MaxValue))
                .WriteAsync(AnsiConsole.Console, cancellationToken);
            return 0;
        }

        if (task is not ArcToolTask)
        {
            CommonOptions.RequireAbsent(result, "without --scale", Count);
        }

        var report = task.CreateReport(test);
        if (result.GetValue(Depths))
        {
            CommonOptions.RequireAbsent(result, "with --depths", task is ArcToolTask ? [Segments, Adaptive, Submission] : [Segments, Adaptive]);
            var depths = new DepthReport(report, settings.Trainer.Halting.Rule);
            depths.Run(model, test, settings.EvaluationBatchSize, new CountLines(AnsiConsole.Console, test.Examples.ExampleCount), cancellationToken);
            depths.Write(AnsiConsole.Console);
            return 0;
        }

        report.Write(AnsiConsole.Console, RunEvaluation.Run(model, settings, test, Halting(result, settings), report, cancellationToken));
        if (task is ArcToolTask && result.GetValue(Submission) is { } submission)
        {
            ((ArcReport)report).WriteSubmission(submission);
        }

        return 0;
    }

    private static QValueHalting? Halting(ParseResult result, RunSettings settings)
    {
        return result.GetValue(Adaptive) ? new QValueHalting(rule: settings.Trainer.Halting.Rule) : null;
    }

    private static RunData DataOf(ParseResult result, ToolTask task, RunSettings settings)
    {
        var isNamed = result.GetValue(Data) is not null || (task is SudokuToolTask && result.GetValue(Test) is { Length: > 0 });
        return isNamed ? CommonOptions.ReadData(result, task, Data, Test, Test, Side) : settings.Data;
    }
}
