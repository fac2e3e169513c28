namespace Hrm;

/// <summary>
/// A tensor does not have the shape, dtype or value range that the operation needs. Thrown before native code runs, because several
/// native shape errors end the process.
/// </summary>
/// <param name="argument">The name of the tensor.</param>
/// <param name="expected">The expected shape, with symbols, for example <c>[B, 81]</c>.</param>
/// <param name="actual">The actual shape, for example <c>[4, 80]</c>.</param>
/// <param name="innerException">The error of libtorch that this exception explains, or <see langword="null"/>.</param>
public sealed class ShapeMismatchException(string argument, string expected, string actual, Exception? innerException = null)
    : HrmException($"{argument}: expected {expected}, got {actual}.", innerException)
{
    /// <summary>The name of the tensor.</summary>
    public string Argument { get; } = argument;

    /// <summary>The expected shape.</summary>
    public string Expected { get; } = expected;

    /// <summary>The actual shape.</summary>
    public string Actual { get; } = actual;
}
