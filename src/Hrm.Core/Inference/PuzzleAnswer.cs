namespace Hrm.Core;

/// <summary>A model's answer to a puzzle of a task.</summary>
/// <typeparam name="TAnswer">What answers a puzzle.</typeparam>
/// <param name="Answer">The answer, right or wrong.</param>
/// <param name="IsSolution">Whether the task's checker finds it right.</param>
/// <param name="Thinking">Its tokens, the segments it took, and how sure the model is.</param>
public sealed record PuzzleAnswer<TAnswer>(TAnswer Answer, bool IsSolution, SolverAnswer Thinking);
