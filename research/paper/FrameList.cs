using Hrm.Core;

namespace Hrm.Paper;

/// <summary>Puzzles as a model solves them.</summary>
/// <param name="All">The puzzles.</param>
internal sealed record FrameList(IReadOnlyList<SolveFrames> All)
{
    /// <summary>Lets a model solve puzzles, and keeps the answer after each segment.</summary>
    public static IEnumerable<SolveFrames> Of(HrmModel model, string task, string title, IEnumerable<(int[] Inputs, int[] Labels)> puzzles, int segments)
    {
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = segments, Rule = HaltingRule.Never });
        foreach (var (inputs, labels) in puzzles)
        {
            yield return new SolveFrames(task, title, inputs, labels, [.. solver.Trace(inputs).Select(answer => answer.Tokens)]);
        }
    }
}
