namespace Hrm.Core;

/// <summary>The answer that was taken of several, and how the others stood to it.</summary>
/// <param name="Tokens">The tokens of the answer to the puzzle as it was asked, seq_len.</param>
/// <param name="Agreeing">How many attempts gave just these tokens.</param>
/// <param name="Attempts">How many attempts gave an answer; fewer than were asked for where the check accepted one, where two ways came to the same question, or where time ran out before they began.</param>
/// <param name="QHalt">The largest q_halt of those that agree, before the sigmoid.</param>
/// <param name="IsSolution">Whether the task's check accepts the answer; <see langword="null"/> where it was not asked.</param>
/// <param name="Segments">The segments of these attempts together.</param>
/// <param name="Reason">
/// Why the attempts that agree ended, all their reasons together: <see cref="HaltReason.Maximum"/> where the largest number of
/// segments or a share of the budget of segments cut one off, <see cref="HaltReason.Time"/> where the budget of time did.
/// </param>
public sealed record ThinkingAnswer(int[] Tokens, int Agreeing, int Attempts, float QHalt, bool? IsSolution, long Segments, HaltReason Reason);
