namespace Hrm.Core;

/// <summary>A solver's queue is full, and its options say not to wait.</summary>
public sealed class SolverBusyException : HrmException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="queueLength">The number of puzzles that wait.</param>
    /// <param name="retryAfter">When to try again.</param>
    public SolverBusyException(int queueLength, TimeSpan retryAfter)
        : base(FormattableString.Invariant($"queue: expected room for a puzzle, got {queueLength} waiting; try again in {retryAfter.TotalSeconds:F0} s."))
    {
        RetryAfter = retryAfter;
    }

    /// <summary>When to try again: about the time that the puzzles that wait take, 1 s … 1 minute.</summary>
    public TimeSpan RetryAfter { get; }
}
