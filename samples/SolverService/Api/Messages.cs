using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Hrm.Core;

namespace Hrm.Samples.SolverService;

/// <summary>A puzzle to solve.</summary>
/// <param name="Puzzle">One character per cell, row by row.</param>
internal sealed record PuzzleRequest(
    [property: Required]
    [property: Description("One character per cell, row by row. Sudoku: '.' or '0' for a blank, 1 to 9, A to G. Maze: '#' wall, ' ' free, 'S' start, 'G' goal.")]
    string Puzzle = "");

/// <summary>The answer to a puzzle.</summary>
/// <param name="Puzzle">The puzzle as it was read.</param>
/// <param name="Solution">The answer, one character per cell; it can be wrong.</param>
/// <param name="IsSolved">Whether the answer solves the puzzle.</param>
/// <param name="Segments">The number of segments.</param>
/// <param name="Confidence">sigmoid of the Q value of halting; <see langword="null"/> if it is not a number.</param>
/// <param name="Reason">The reason for halting: <c>QValues</c>, <c>Maximum</c>, <c>Confident</c>, <c>Stable</c>, <c>Time</c>, or several of them.</param>
internal sealed record PuzzleResponse(string Puzzle, string Solution, bool IsSolved, int Segments, double? Confidence, string Reason)
{
    public static PuzzleResponse Of(ServedPuzzle puzzle, int[] inputs, int[] prediction, int segments, float qHalt, HaltReason reason) => new(
        puzzle.Task.Format(inputs),
        puzzle.Task.Format(prediction),
        puzzle.Task.IsSolution(inputs, prediction),
        segments,
        Json.FiniteOrNull(1 / (1 + Math.Exp(-(double)qHalt))),
        reason.ToString());
}

/// <summary>The intermediate prediction after a segment.</summary>
/// <param name="Segment">The number of the segment, from 1.</param>
/// <param name="Board">The prediction, one character per cell.</param>
/// <param name="IsSolved">Whether the prediction solves the puzzle.</param>
/// <param name="QHalt">The Q value of halting, before the sigmoid.</param>
/// <param name="QContinue">The Q value of continuing, before the sigmoid.</param>
/// <param name="HighResidual">The relative change of the slow state by the segment.</param>
/// <param name="LowResidual">The relative change of the fast state by the segment.</param>
internal sealed record SegmentEvent(
    int Segment, string Board, bool IsSolved, double? QHalt, double? QContinue, double? HighResidual, double? LowResidual)
{
    public static SegmentEvent Of(ServedPuzzle puzzle, int[] inputs, SolverAnswer answer) => new(
        answer.Segments,
        puzzle.Task.Format(answer.Tokens),
        puzzle.Task.IsSolution(inputs, answer.Tokens),
        Json.FiniteOrNull(answer.QHalt),
        Json.FiniteOrNull(answer.QContinue),
        Json.FiniteOrNull(answer.HighResidual),
        Json.FiniteOrNull(answer.LowResidual));
}

/// <summary>The puzzles that the service solves.</summary>
/// <param name="Kind"><c>sudoku</c> or <c>maze</c>.</param>
/// <param name="Side">The number of rows and of columns.</param>
/// <param name="BoxRows">The number of rows of a box of a Sudoku; otherwise 0.</param>
/// <param name="Symbols">The characters of a question, the empty cell first.</param>
/// <param name="Parameters">The number of parameters of the model.</param>
/// <param name="Examples">Puzzles to try.</param>
internal sealed record ModelResponse(string Kind, int Side, int BoxRows, string Symbols, long Parameters, IReadOnlyList<string> Examples);

/// <summary>The state of the service.</summary>
/// <param name="Status"><c>ready</c>.</param>
/// <param name="Solved">The number of answered puzzles.</param>
/// <param name="Segments">The number of segments.</param>
/// <param name="Running">The number of puzzles in the running batch.</param>
/// <param name="Waiting">The number of puzzles in the queue.</param>
internal sealed record HealthResponse(string Status, long Solved, long Segments, int Running, int Waiting);

/// <summary>JSON has neither NaN nor infinity, which a diverged model returns.</summary>
file static class Json
{
    public static double? FiniteOrNull(double value) => double.IsFinite(value) ? value : null;
}
