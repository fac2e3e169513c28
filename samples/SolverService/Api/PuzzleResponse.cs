using Hrm.Core;

namespace Hrm.Samples.SolverService;

/// <summary>The answer to a puzzle.</summary>
/// <param name="Puzzle">The puzzle, as it was read.</param>
/// <param name="Solution">The answer, a character a cell; it may be wrong: see <paramref name="IsSolved"/>.</param>
/// <param name="IsSolved">Whether the answer solves the puzzle by its rules.</param>
/// <param name="Segments">The number of segments that the model thought for.</param>
/// <param name="Confidence">sigmoid of the Q value of halting.</param>
/// <param name="Reason">Why the thinking ended: <c>QValues</c>, <c>Maximum</c>, <c>Confident</c>, <c>Stable</c>, <c>Time</c>, or several of them.</param>
internal sealed record PuzzleResponse(string Puzzle, string Solution, bool IsSolved, int Segments, double? Confidence, string Reason)
{
    public static PuzzleResponse Of(ServedPuzzle puzzle, int[] inputs, int[] prediction, int segments, float qHalt, HaltReason reason) => new(
        puzzle.Task.Format(inputs),
        puzzle.Task.Format(prediction),
        puzzle.Task.IsSolution(inputs, prediction),
        segments,
        FiniteNumber.OrNull(1 / (1 + Math.Exp(-(double)qHalt))),
        reason.ToString());
}
