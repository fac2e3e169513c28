namespace Hrm.Core;

/// <summary>
/// A file of weights is not what its format says, or does not hold what was asked of it. The message names the
/// file, the tensor, what was expected and what came.
/// </summary>
public sealed class WeightsFormatException : HrmException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="file">The file's path.</param>
    /// <param name="problem">What was expected, and what came.</param>
    /// <param name="tensor">The tensor at fault, if one is.</param>
    public WeightsFormatException(string file, string problem, string? tensor = null)
        : this(file, problem, tensor, innerException: null)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    /// <param name="file">The file's path.</param>
    /// <param name="problem">What was expected, and what came.</param>
    /// <param name="innerException">The cause.</param>
    public WeightsFormatException(string file, string problem, Exception innerException)
        : this(file, problem, tensor: null, innerException)
    {
    }

    /// <summary>The file's path.</summary>
    public string File { get; }

    /// <summary>The tensor at fault, as the file names it; null if the file as a whole is.</summary>
    public string? Tensor { get; }

    /// <summary>The message without the names.</summary>
    internal string Problem { get; }

    /// <summary>The same with something more to say; this one is its cause.</summary>
    internal WeightsFormatException With(string addition) => new(File, $"{Problem}; {addition}", Tensor, this);

    private WeightsFormatException(string file, string problem, string? tensor, Exception? innerException)
        : base(Compose(file, problem, tensor), innerException!)
    {
        File = file;
        Tensor = tensor;
        Problem = problem;
    }

    private static string Compose(string file, string problem, string? tensor) =>
        tensor is null ? $"{file}: {problem}" : $"{file}: tensor {Quote.Text(tensor)}: {problem}";
}
