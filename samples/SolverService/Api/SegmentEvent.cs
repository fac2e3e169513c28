using Hrm.Core;

namespace Hrm.Samples.SolverService;

/// <summary>What the model thinks after a segment.</summary>
/// <param name="Segment">The number of the segment, from 1.</param>
/// <param name="Board">The answer so far, a character a cell.</param>
/// <param name="IsSolved">Whether it solves the puzzle by its rules.</param>
/// <param name="QHalt">The Q value of halting, before the sigmoid.</param>
/// <param name="QContinue">The Q value of going on, before the sigmoid.</param>
/// <param name="HighResidual">How far the segment moved the slow state, relative to where it began.</param>
/// <param name="LowResidual">The same of the fast state.</param>
internal sealed record SegmentEvent(
    int Segment, string Board, bool IsSolved, double? QHalt, double? QContinue, double? HighResidual, double? LowResidual)
{
    public static SegmentEvent Of(ServedPuzzle puzzle, int[] inputs, SegmentAnswer answer) => new(
        answer.Segment,
        puzzle.Task.Format(answer.Tokens),
        puzzle.Task.IsSolution(inputs, answer.Tokens),
        FiniteNumber.OrNull(answer.QHalt),
        FiniteNumber.OrNull(answer.QContinue),
        FiniteNumber.OrNull(answer.HighResidual),
        FiniteNumber.OrNull(answer.LowResidual));
}
