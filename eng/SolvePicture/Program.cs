using System.Globalization;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.SolvePicture;

// Draws how a trained model solves a Sudoku: one board per segment, until it halts.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is not [var folder, var puzzle, var picture])
{
    Console.Error.WriteLine("expected MODEL PUZZLE PICTURE: the folder of a Sudoku model, the givens row by row, and the SVG file to write");
    return 2;
}

using var solver = HrmSolver.Load(folder);
var task = new SudokuTask(SudokuShape.OfSide((int)Math.Sqrt(solver.Config.SequenceLength)));
var question = SudokuGrid.Parse(puzzle, task.Shape);
if (!SudokuSearch.TrySolve(question, out var solution))
{
    Console.Error.WriteLine($"expected a puzzle with a solution, got {puzzle}");
    return 1;
}

var trace = solver.Trace(task.Encode(question));
var drawing = new BoardDrawing(question, solution);
drawing.Add("puzzle", question, $"{solver.Config.ParameterCount:N0} parameters");
foreach (var thought in trace)
{
    var q = $"Q halt {thought.QHalt:F1}, continue {thought.QContinue:F1}";
    drawing.Add(thought.Reason != HaltReason.None ? $"segment {thought.Segments}: halts" : $"segment {thought.Segments}", task.Decode(thought.Tokens), q);
}

File.WriteAllText(picture, drawing.ToSvg());
Console.WriteLine($"{trace.Count} segments, {(question.IsSolvedBy(task.Decode(trace[^1].Tokens)) ? "solved" : "not solved")}: {picture}");
return 0;
