namespace Hrm.Core;

/// <summary>A model's answer to a puzzle of a task after one segment.</summary>
/// <typeparam name="TAnswer">What answers a puzzle.</typeparam>
/// <param name="Answer">The answer in the making.</param>
/// <param name="IsSolution">Whether the task's checker finds it right already.</param>
/// <param name="Segment">Its tokens, Q values and residuals.</param>
public sealed record PuzzleTrace<TAnswer>(TAnswer Answer, bool IsSolution, SegmentAnswer Segment);
