namespace Hrm.Core;

/// <summary>A file of weights does not have the expected format or tensors. The message names file, tensor and both sides.</summary>
public sealed class WeightsFormatException : HrmException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="file">The file's path.</param>
    /// <param name="problem">The expected and the actual content.</param>
    /// <param name="tensor">The name of the tensor at fault, if one is.</param>
    /// <param name="innerException">The cause.</param>
    public WeightsFormatException(string file, string problem, string? tensor = null, Exception? innerException = null)
        : base(tensor is null ? $"{file}: {problem}" : $"{file}: tensor {Quote.Text(tensor)}: {problem}", innerException!)
    {
        File = file;
        Tensor = tensor;
        Problem = problem;
    }

    /// <summary>The file's path.</summary>
    public string File { get; }

    /// <summary>The name of the tensor at fault in the file; null if the file as a whole is at fault.</summary>
    public string? Tensor { get; }

    /// <summary>The message without the names.</summary>
    internal string Problem { get; }

    /// <summary>Returns an exception with an addition to the message; this one is its cause.</summary>
    internal WeightsFormatException With(string addition) => new(File, $"{Problem}; {addition}", Tensor, this);
}
