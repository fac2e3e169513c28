using System.Globalization;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.SolvePicture;

// Draws how a trained model solves a Sudoku or a maze: one board per segment, until it halts, or the segments that are named.
const int MazeVocabulary = 6;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is not [var folder, var puzzle, var picture, .. var named])
{
    Console.Error.WriteLine("expected MODEL PUZZLE PICTURE [SEGMENT…]: the folder of a model, the givens of a Sudoku row by row or the seed of a hard maze, the SVG file to write, and the segments to draw");
    return 2;
}

int[] segments = [.. named.Select(int.Parse)];
var options = segments.Length > 0 ? new SolverOptions { MaxSegments = segments.Max(), Rule = HaltingRule.Never } : null;
using var solver = HrmSolver.Load(folder, options);
var side = (int)Math.Sqrt(solver.Config.SequenceLength);
IPuzzleTask task;
string question;
string? solution;
(int Rows, int Columns) box;
if (solver.Config.VocabularySize == MazeVocabulary && side > 4) // as many token values as a 4×4 Sudoku
{
    var maze = new MazeGenerator(MazeShape.Square(side), MazeGenerator.HardPathCells, new StatefulRandom(int.Parse(puzzle))).NextPuzzle();
    (task, question, solution, box) = (new MazeTask(maze.Shape), maze.Question.ToString(), maze.Answer.ToString(), (side, side));
}
else
{
    var grid = SudokuGrid.Parse(puzzle, SudokuShape.OfSide(side));
    var isSolved = SudokuSearch.TrySolve(grid, out var found);
    (task, question, solution, box) = (new SudokuTask(grid.Shape), grid.ToString(), isSolved ? found!.ToString() : null, (grid.Shape.BoxRows, grid.Shape.BoxColumns));
}

if (solution is null)
{
    Console.Error.WriteLine($"expected a puzzle with a solution, got {puzzle}");
    return 1;
}

var trace = solver.Trace(task.Parse(question));
var answer = task.Format(trace[^1].Tokens);
var isRight = task.IsSolution(task.Parse(question), trace[^1].Tokens);
solution = isRight ? answer : solution; // a maze may have several shortest paths
var drawing = new BoardDrawing(question, solution, box);
drawing.Add("puzzle", question, $"{solver.Config.ParameterCount:N0} parameters");
foreach (var thought in trace)
{
    var cells = task.Format(thought.Tokens);
    var wrong = Enumerable.Range(0, cells.Length).Count(cell => cells[cell] != solution[cell]);
    Console.WriteLine($"segment {thought.Segments}: {wrong} cells wrong");
    if (segments.Length == 0)
    {
        var halts = thought.Reason == HaltReason.None ? string.Empty : ": halts";
        drawing.Add($"segment {thought.Segments}{halts}", cells, $"Q halt {thought.QHalt:F1}, continue {thought.QContinue:F1}");
    }
    else if (segments.Contains(thought.Segments))
    {
        drawing.Add($"segment {thought.Segments}", cells, wrong == 0 ? "solved" : $"{wrong} cells wrong");
    }
}

File.WriteAllText(picture, drawing.ToSvg());
Console.WriteLine($"{trace.Count} segments, {(isRight ? "solved" : "not solved")}: {picture}");
return 0;
