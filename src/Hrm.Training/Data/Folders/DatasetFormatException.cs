namespace Hrm.Training;

/// <summary>A file of a dataset folder is not valid, or does not fit the others.</summary>
/// <param name="path">The file.</param>
/// <param name="problem">The place in the file, the expected and the actual value.</param>
/// <param name="innerException">The cause, or <see langword="null"/>.</param>
public sealed class DatasetFormatException(string path, string problem, Exception? innerException = null)
    : HrmException($"{path}: {problem}", innerException!)
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;
}
