namespace Hrm;

/// <summary>
/// The base of every exception that the Hrm packages throw on purpose: catch it to tell a bad file, a bad
/// configuration or a wrong shape from a defect.
/// </summary>
public abstract class HrmException : Exception
{
    /// <summary>Creates the exception with its message.</summary>
    /// <param name="message">What was expected, and what came.</param>
    protected HrmException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its message and cause.</summary>
    /// <param name="message">What was expected, and what came.</param>
    /// <param name="innerException">The cause.</param>
    protected HrmException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
