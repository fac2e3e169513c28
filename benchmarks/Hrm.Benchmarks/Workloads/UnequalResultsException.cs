namespace Hrm.Benchmarks.Workloads;

/// <summary>The library and the plain op sequence compute different things: a comparison of their times would mean nothing.</summary>
public sealed class UnequalResultsException : HrmException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What differs, and by how much.</param>
    public UnequalResultsException(string message)
        : base(message)
    {
    }
}
