namespace Hrm.Layers;

/// <summary>
/// TorchSharp's native library could not be loaded. The message names what is missing and what to do about it.
/// </summary>
public sealed class TorchLoadException : HrmException
{
    /// <summary>Creates the exception with its message.</summary>
    /// <param name="message">What is missing, and what to do.</param>
    public TorchLoadException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its message and cause.</summary>
    /// <param name="message">What is missing, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public TorchLoadException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The same failure for another throw: a stack trace belongs to one.</summary>
    internal TorchLoadException Again() =>
        InnerException is null ? new TorchLoadException(Message) : new TorchLoadException(Message, InnerException);
}
