namespace Hrm;

/// <summary>
/// The base of every exception that the Hrm packages throw on purpose: catch it to tell a bad file, a bad
/// configuration or a wrong shape from a defect.
/// </summary>
/// <remarks>
/// A message is one line of at most 4,000 characters, whatever the file or request that it quotes: control and format characters
/// stand in it as <c>\u</c> and four digits.
/// </remarks>
public abstract class HrmException : Exception
{
    /// <summary>Creates the exception with its message.</summary>
    /// <param name="message">What was expected, and what came.</param>
    protected HrmException(string message)
        : base(MessageText.Printable(message))
    {
    }

    /// <summary>Creates the exception with its message and cause.</summary>
    /// <param name="message">What was expected, and what came.</param>
    /// <param name="innerException">The cause.</param>
    protected HrmException(string message, Exception innerException)
        : base(MessageText.Printable(message), innerException)
    {
    }
}
