using Hrm.Core;
using Hrm.Puzzles;

namespace Hrm.PublicApi.Tests;

/// <summary>The code of docs/inference.md; the text between the marks stands there.</summary>
internal static class InferenceExample
{
    public static void Run()
    {
        // <solve>
        using var solver = HrmSolver.Load("my-model");
        var answer = new SudokuSolver(solver).Solve("123.3....1....2.");
        Console.WriteLine($"{answer.Answer}: {answer.IsSolution}, after {answer.Thinking.Segments} segments");
        // </solve>
    }

    public static ThinkingAnswer Think(HrmSolver solver, int[] tokens)
    {
        // <think>
        var thinking = new ThinkingSolver(solver, new ThinkingOptions { Symmetries = 9, MaxSegments = 32 }, new SudokuTask(SudokuShape.Four));
        // </think>
        return thinking.Solve(tokens);
    }
}
