namespace Hrm.Training;

/// <summary>A file of a dataset folder is not valid, or does not fit the others.</summary>
public sealed class DatasetFormatException : HrmException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">The place in the file, the expected and the actual value.</param>
    /// <param name="innerException">The cause, or <see langword="null"/>.</param>
    public DatasetFormatException(string path, string problem, Exception? innerException = null)
        : base($"{path}: {problem}", innerException!)
    {
        Path = path;
    }

    /// <summary>The file.</summary>
    public string Path { get; }
}
