using Hrm.Core;
using Hrm.Puzzles;
using TorchSharp;

namespace Consumer;

/// <summary>A separate type, so that no type of Hrm is loaded before the first use of torch.</summary>
internal static class Forward
{
    public static void Run(float sum)
    {
        var task = new SudokuTask(SudokuShape.Four);
        using var generator = new torch.Generator(1);
        using var model = new HrmModel(HrmPresets.Tiny(task.SequenceLength, task.VocabularySize), generator);
        var question = SudokuGrid.Parse(".42.....1.4....2", SudokuShape.Four);
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = 2, Rule = HaltingRule.Never });
        var answer = solver.Solve(task.Encode(question));
        Console.WriteLine($"consumer: ones {sum}, {answer.Tokens.Length} tokens after {answer.Segments} segments");
        Environment.ExitCode = sum == 6 && answer.Tokens.Length == 16 ? 0 : 1;
    }
}
