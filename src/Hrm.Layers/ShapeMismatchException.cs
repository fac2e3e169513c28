namespace Hrm;

/// <summary>
/// A tensor has another shape, dtype or value range than the operation needs. Thrown before anything native runs,
/// because several native shape errors end the process.
/// </summary>
public sealed class ShapeMismatchException : HrmException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="argument">The name of the tensor.</param>
    /// <param name="expected">What was expected, with symbols, for instance <c>[B, 81]</c>.</param>
    /// <param name="actual">What came, for instance <c>[4, 80]</c>.</param>
    /// <param name="innerException">The error of libtorch that it explains, or <see langword="null"/>.</param>
    public ShapeMismatchException(string argument, string expected, string actual, Exception? innerException = null)
        : base($"{argument}: expected {expected}, got {actual}.", innerException)
    {
        Argument = argument;
        Expected = expected;
        Actual = actual;
    }

    /// <summary>The name of the tensor.</summary>
    public string Argument { get; }

    /// <summary>What was expected.</summary>
    public string Expected { get; }

    /// <summary>What came.</summary>
    public string Actual { get; }
}
