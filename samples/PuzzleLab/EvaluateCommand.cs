using System.CommandLine;
using Hrm.Core;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Samples.PuzzleLab;

/// <summary><c>evaluate sudoku</c>.</summary>
internal static class EvaluateCommand
{
    public static Command Create() => new("evaluate", "Evaluate a trained model.") { CreateSudoku() };

    private static Command CreateSudoku()
    {
        var test = new Option<string[]>("--test") { Description = "Puzzles: CSV files, separated by commas or given again.", Required = true, AllowMultipleArgumentsPerToken = true };
        var adaptive = new Option<bool>("--adaptive") { Description = "Stop each puzzle by its Q values." };
        var (run, segments) = (CommonOptions.Run(), CommonOptions.Segments());
        var (side, device, threads) = (CommonOptions.Side(), CommonOptions.Device(), CommonOptions.Threads());
        var command = new Command("sudoku", "Evaluate on Sudoku puzzles from CSV files.") { run, test, segments, adaptive, side, device, threads };
        command.SetAction(result =>
        {
            var folder = new RunFolder(result.GetValue(run)!);
            var settings = folder.ReadSettings();
            settings.Trainer.Halting.MaxSegments = result.GetValue(segments) ?? settings.Trainer.Halting.MaxSegments;
            SettingsReader.Check(settings);
            var puzzles = SudokuFiles.Read(result.GetValue(test)!, SudokuFiles.ShapeOf(result.GetValue(side)));
            using var model = HrmModel.Load(folder.Path, CommonOptions.Apply(result.GetValue(device)!, result.GetValue(threads)));
            using var generator = new torch.Generator((ulong)settings.Seed);
            using var policy = new AdaptiveHalting(settings.Trainer.Halting, generator);
            policy.eval();
            IHaltingPolicy halting = result.GetValue(adaptive) ? policy : new FixedHalting(settings.Trainer.Halting.MaxSegments);
            EvaluationReport.Write(AnsiConsole.Console, puzzles, SudokuEvaluation.Run(model, settings, puzzles, halting));
            return 0;
        });
        return command;
    }
}
