using System.CommandLine;
using Hrm.Core;
using Hrm.Puzzles;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary><c>solve sudoku</c>: solves a Sudoku and shows each intermediate prediction.</summary>
internal static class SolveCommand
{
    private static readonly Argument<string> Puzzle = new("puzzle") { Description = "The cells row by row; a full stop or 0 for a blank." };

    public static Command Create()
    {
        var command = new Command("sudoku", "Solve a Sudoku. Exit code 3 if the answer is not a solution.")
        {
            Puzzle, CommonOptions.Run, CommonOptions.Segments, CommonOptions.Side, TorchOptions.Device, TorchOptions.Dtype, TorchOptions.Tf32, TorchOptions.Threads,
        };
        command.SetAction(Solve);
        return command;
    }

    private static int Solve(ParseResult result)
    {
        var question = Parse(result.GetValue(Puzzle)!, SudokuFiles.ShapeOf(result.GetValue(CommonOptions.Side)));
        var folder = new RunFolder(result.GetValue(CommonOptions.Run)!);
        var settings = folder.ReadSettings(ToolTask.Of("sudoku"));
        CommonOptions.ApplySegments(result, settings);
        using var model = Architectures.Load(folder.Path, settings, TorchOptions.Apply(result), TorchOptions.ReadDtype(result.GetValue(TorchOptions.Dtype)));
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = settings.Trainer.Halting.MaxSegments, Rule = HaltingRule.Never });
        var task = new SudokuTask(question.Shape);
        var trace = solver.Trace(task.Encode(question));
        var solution = SudokuSearch.TrySolve(question, out var found) ? found : null;
        var grids = Changes(trace).Select(change => SudokuToolTask.View(change.Title, task.Decode([.. change.Answer.Tokens]), question, solution));
        ConsolePage.Write(AnsiConsole.Console, [new PuzzleView("intermediate predictions", [SudokuToolTask.View("puzzle", question, question), .. grids])]);
        var isSolved = question.IsSolvedBy(task.Decode([.. trace[^1].Tokens]));
        AnsiConsole.Console.WriteLine($"{(isSolved ? "solved" : "not solved")} after {Words.Count(trace.Count, "segment")}: q_halt {trace[^1].QHalt:F1}, q_continue {trace[^1].QContinue:F1}");
        return isSolved ? 0 : CommandLine.No;
    }

    private static SudokuGrid Parse(string puzzle, SudokuShape shape)
    {
        try
        {
            var question = SudokuGrid.Parse(puzzle, shape);
            return question.FindConflict() is { } conflict ? throw new UsageException($"puzzle: {conflict.Message}") : question;
        }
        catch (HrmFormatException error)
        {
            throw new UsageException($"puzzle: {error.Message}");
        }
    }

    /// <summary>Finds the segments that change the prediction; the title names the segments that keep it.</summary>
    private static IEnumerable<(string Title, SolverAnswer Answer)> Changes(IReadOnlyList<SolverAnswer> trace)
    {
        for (var (first, last) = (0, 0); first < trace.Count; first = ++last)
        {
            while (last + 1 < trace.Count && trace[last + 1].Tokens.SequenceEqual(trace[first].Tokens))
            {
                last++;
            }

            yield return (first == last ? $"segment {trace[first].Segments}" : $"segments {trace[first].Segments}-{trace[last].Segments}", trace[first]);
        }
    }
}
