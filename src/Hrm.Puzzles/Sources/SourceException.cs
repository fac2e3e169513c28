namespace Hrm.Puzzles;

/// <summary>
/// A source that is not what it should be: nothing at the path, an address that may not be used, a server that answers
/// something else, a download of the wrong size or checksum, an archive that cannot be unpacked safely.
/// </summary>
public sealed class SourceException : HrmException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="origin">The path, or the address without user name, password and query, which may hold secrets.</param>
    /// <param name="problem">What was expected, and what came.</param>
    /// <param name="innerException">The cause, if another exception is it.</param>
    public SourceException(string origin, string problem, Exception? innerException = null)
        : base($"{origin}: {problem}", innerException!)
    {
        Origin = origin;
        Problem = problem;
    }

    /// <summary>The path, or the address without user name, password and query.</summary>
    public string Origin { get; }

    /// <summary>What was expected, and what came; <see cref="Exception.Message"/> has the origin in front of it.</summary>
    public string Problem { get; }

    /// <summary>Whether the same request may succeed a little later.</summary>
    internal bool IsTransient { get; init; }
}
