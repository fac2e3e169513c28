#:package Hrm.Puzzles@[0.1.0-alpha.0.170]
#:package TorchSharp-cpu@0.107.0
#:property UseCurrentRuntimeIdentifier=true

using Hrm.Core;
using Hrm.Puzzles;

// Solves a 9×9 Sudoku with a saved model: dotnet run solve.cs -- FOLDER PUZZLE
using var solver = HrmSolver.Load(args[0]);
var answer = new PuzzleSolver(solver, new SudokuTask(SudokuShape.Nine)).Solve(args[1]);
Console.WriteLine($"{answer.Text}: {answer.IsSolution}, after {answer.Thinking.Segments} segments");
