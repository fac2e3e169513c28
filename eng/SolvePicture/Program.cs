using System.Globalization;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.SolvePicture;

// Draws how a trained model solves a Sudoku or a maze: one board per segment, until it halts, or the segments that are named.
const int MazeSide = 30;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is not [var folder, var puzzle, var picture, .. var named])
{
    Console.Error.WriteLine("expected MODEL PUZZLE PICTURE [SEGMENT…]: the folder of a model, the givens of a Sudoku row by row or the seed of a hard 30×30 maze, the SVG file to write, and the segments to draw");
    return 2;
}

int[] segments = [.. named.Select(int.Parse)];
using var solver = HrmSolver.Load(folder, segments.Length == 0 ? null : new SolverOptions { MaxSegments = segments.Max(), Rule = HaltingRule.Never });
var side = (int)Math.Sqrt(solver.Config.SequenceLength);
var (task, question, solution, box) = side == MazeSide ? Maze(int.Parse(puzzle)) : Sudoku(puzzle, SudokuShape.OfSide(side));
if (solution is null)
{
    Console.Error.WriteLine($"expected a puzzle with a solution, got {puzzle}");
    return 1;
}

var tokens = task.Parse(question);
var trace = solver.Trace(tokens);
var isSolved = task.IsSolution(tokens, trace[^1].Tokens);
solution = isSolved ? task.Format(trace[^1].Tokens) : solution; // a maze may have several shortest paths
var drawing = new BoardDrawing(question, solution, box);
drawing.Add("puzzle", question, $"{solver.Config.ParameterCount:N0} parameters");
foreach (var thought in trace)
{
    var cells = task.Format(thought.Tokens);
    var note = $"wrong cells: {cells.Zip(solution).Count(pair => pair.First != pair.Second)}";
    Console.WriteLine($"segment {thought.Segments}: {note}");
    if (segments.Length == 0)
    {
        var halts = thought.Reason == HaltReason.None ? string.Empty : ": halts";
        drawing.Add($"segment {thought.Segments}{halts}", cells, $"Q halt {thought.QHalt:F1}, continue {thought.QContinue:F1}");
    }
    else if (segments.Contains(thought.Segments))
    {
        drawing.Add($"segment {thought.Segments}", cells, cells == solution ? "solved" : note);
    }
}

File.WriteAllText(picture, drawing.ToSvg());
Console.WriteLine($"{trace.Count} segments, {(isSolved ? "solved" : "not solved")}: {picture}");
return 0;

static (IPuzzleTask Task, string Question, string? Solution, (int Rows, int Columns) Box) Maze(int seed)
{
    var maze = new MazeGenerator(MazeShape.Square(MazeSide), MazeGenerator.HardPathCells, new StatefulRandom(seed)).NextPuzzle();
    return (new MazeTask(maze.Shape), maze.Question.ToString(), maze.Answer.ToString(), (MazeSide, MazeSide));
}

static (IPuzzleTask Task, string Question, string? Solution, (int Rows, int Columns) Box) Sudoku(string givens, SudokuShape shape)
{
    var grid = SudokuGrid.Parse(givens, shape);
    return (new SudokuTask(shape), grid.ToString(), SudokuSearch.TrySolve(grid, out var solution) ? solution.ToString() : null, (shape.BoxRows, shape.BoxColumns));
}
