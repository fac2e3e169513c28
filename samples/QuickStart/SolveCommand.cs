using System.CommandLine;
using Hrm.Core;
using Hrm.Puzzles;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Samples.QuickStart;

/// <summary><c>solve</c>: a 9×9 Sudoku by the model that comes with the samples.</summary>
internal static class SolveCommand
{
    private const int MostSegments = 65536;

    public static Command Create(QuickStartOptions options)
    {
        var puzzle = new Argument<SudokuGrid>("puzzle") { Description = "81 characters, row by row: 1 to 9, and a full stop or 0 for a blank.", CustomParser = Read };
        var segments = new Option<int>("--segments") { Description = "The largest number of segments.", DefaultValueFactory = _ => ShippedModel.MaxSegments };
        segments.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MostSegments)
            {
                result.AddError($"--segments: expected 1 to {MostSegments}.");
            }
        });
        var command = new Command("solve", "Solves a 9×9 Sudoku with the model that comes with the samples, and shows each segment. Exit code 3 if the answer is not a solution.") { puzzle, segments };
        command.SetAction(result => Solve(result.GetValue(puzzle)!, result.GetValue(segments), options.Device(result), options.Dtype(result)));
        return command;
    }

    private static int Solve(SudokuGrid question, int segments, torch.Device device, torch.ScalarType? dtype)
    {
        var task = new SudokuTask(question.Shape);
        using var model = HrmModel.Load(ShippedModel.Folder, device, dtype);
        using var solver = new HrmSolver(model, ShippedModel.Halting, new SolverOptions { MaxSegments = segments });
        var trace = solver.Trace(task.Encode(question));
        BoardView.Write(AnsiConsole.Console, task, question, SudokuSearch.TrySolve(question, out var solution) ? solution : null, trace);
        var last = trace[^1];
        var answer = task.Decode([.. last.Tokens]);
        var isSolved = question.IsSolvedBy(answer);
        var confidence = 1 / (1 + Math.Exp(-last.QHalt));
        AnsiConsole.Console.WriteLine($"{(isSolved ? "solved" : "not solved")} after {Words.Count(last.Segment, "segment")}, the model is {confidence:P1} sure");

        // Not by the console above, which would break the line: it has one character more than a terminal has columns.
        Console.WriteLine(answer);
        return isSolved ? 0 : CommandLine.No;
    }

    private static SudokuGrid? Read(System.CommandLine.Parsing.ArgumentResult result)
    {
        try
        {
            var grid = SudokuGrid.Parse(result.Tokens[0].Value, SudokuShape.Nine);
            if (grid.FindConflict() is not { } conflict)
            {
                return grid;
            }

            result.AddError($"puzzle: {conflict.Message}");
        }
        catch (PuzzleFormatException error)
        {
            result.AddError(error.Message);
        }

        return null;
    }
}
