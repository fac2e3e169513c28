namespace Hrm.Core;

/// <summary>How a request to a solver ended.</summary>
internal enum SolverOutcome
{
    /// <summary>Given up by whoever asked: by a token, or by reading no further.</summary>
    Cancelled,

    /// <summary>The answer is there.</summary>
    Answered,

    /// <summary>The queue was full.</summary>
    Rejected,

    /// <summary>Something threw.</summary>
    Failed,
}
