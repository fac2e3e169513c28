namespace Hrm.Core;

/// <summary>A puzzle to solve.</summary>
/// <param name="Tokens">The puzzle, seq_len tokens.</param>
/// <param name="PuzzleId">The puzzle id, for models with a puzzle embedding.</param>
public readonly record struct SolverQuestion(ReadOnlyMemory<int> Tokens, int PuzzleId = 0);
