#r "nuget: Hrm.Puzzles, [0.1.0-alpha.0.170]"
#r "nuget: TorchSharp-cpu, 0.107.0"

open Hrm.Core
open Hrm.Puzzles
open Hrm.Runtime

// Solves a 9×9 Sudoku with a saved model: dotnet fsi solve.fsx FOLDER PUZZLE
let folder, puzzle = fsi.CommandLineArgs[1], fsi.CommandLineArgs[2]
TorchRuntime.Initialize() // the packages add this call to C# projects only
let solver = HrmSolver.Load folder
let answer = PuzzleSolver(solver, SudokuTask SudokuShape.Nine).Solve puzzle
printfn $"{answer.Text}: {answer.IsSolution}, after {answer.Thinking.Segments} segments"
