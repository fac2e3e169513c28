using System.CommandLine;
using Hrm.Core;
using Hrm.Puzzles;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary><c>solve sudoku</c>.</summary>
internal static class SolveCommand
{
    public static Command Create() => new("solve", "Solve a puzzle with a trained model, segment by segment.") { CreateSudoku() };

    private static Command CreateSudoku()
    {
        var puzzle = new Argument<string>("puzzle") { Description = "The givens row by row; a full stop or 0 for a blank." };
        var (run, segments) = (CommonOptions.Run(), CommonOptions.Segments());
        var (side, device, threads) = (CommonOptions.Side(), CommonOptions.Device(), CommonOptions.Threads());
        var (dtype, tf32) = (CommonOptions.Dtype(), CommonOptions.Tf32());
        var command = new Command("sudoku", "Solve a Sudoku. Exit code 3 if the answer is not a solution.") { puzzle, run, segments, side, device, dtype, tf32, threads };
        command.SetAction(result =>
        {
            var question = Parse(result.GetValue(puzzle)!, SudokuFiles.ShapeOf(result.GetValue(side)));

            var folder = new RunFolder(result.GetValue(run)!);
            var settings = folder.ReadSettings(ToolTask.Of("sudoku"));
            CommonOptions.ApplySegments(result, segments, settings);
            using var model = Architectures.Load(
                folder.Path,
                settings,
                CommonOptions.Apply(result.GetValue(device)!, result.GetValue(threads), result.GetValue(tf32)),
                CommonOptions.ReadDtype(result.GetValue(dtype)));
            return Solve(model, question, settings.Trainer.Halting.MaxSegments);
        });
        return command;
    }

    private static SudokuGrid Parse(string puzzle, SudokuShape shape)
    {
        try
        {
            var question = SudokuGrid.Parse(puzzle, shape);
            return question.FindConflict() is { } conflict ? throw new LabException($"puzzle: {conflict.Message}") : question;
        }
        catch (PuzzleFormatException error)
        {
            throw new LabException($"puzzle: {error.Message}");
        }
    }

    private static int Solve(HrmModel model, SudokuGrid question, int segments)
    {
        var task = new SudokuTask(question.Shape);
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = segments, Rule = HaltingRule.Never });
        var trace = solver.Trace(task.Encode(question));
        BoardView.Write(AnsiConsole.Console, task, question, SudokuSearch.TrySolve(question, out var solution) ? solution : null, trace);
        var isSolved = question.IsSolvedBy(task.Decode([.. trace[^1].Tokens]));
        AnsiConsole.Console.WriteLine(isSolved ? "solved" : "not solved");
        return isSolved ? 0 : CommandLine.No;
    }
}
