namespace Hrm.Core;

/// <summary>One example: tokens and labels of the same length.</summary>
/// <param name="Inputs">The tokens.</param>
/// <param name="Labels">The labels; <see cref="PuzzleBatch.IgnoredLabel"/> where a token does not count.</param>
/// <param name="PuzzleId">The puzzle id.</param>
public sealed record PuzzleExample(int[] Inputs, int[] Labels, int PuzzleId = 0);
