namespace Hrm.Runtime;

/// <summary>TorchSharp's native library could not be loaded. The message names what is missing and how to fix it.</summary>
/// <param name="message">What is missing, and how to fix it.</param>
/// <param name="innerException">The cause, or <see langword="null"/>.</param>
public sealed class TorchLoadException(string message, Exception? innerException = null) : HrmException(message, innerException)
{
    /// <summary>The same failure for another throw: a stack trace belongs to one throw.</summary>
    internal TorchLoadException Again() => new(Message, InnerException);
}
