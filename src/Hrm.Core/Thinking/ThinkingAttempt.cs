namespace Hrm.Core;

/// <summary>One attempt at a puzzle: what the model answered, changed back to the puzzle as it was asked.</summary>
internal sealed record ThinkingAttempt(int Number, int[] Tokens, SolverAnswer Answer, bool IsSolution);
