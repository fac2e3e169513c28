namespace Hrm.Training;

/// <summary>A file of a dataset folder is not what its format says, or does not fit the others.</summary>
public sealed class DatasetFormatException : HrmException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">Where in the file, what was expected, and what came.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public DatasetFormatException(string path, string problem, Exception? innerException = null)
        : base($"{path}: {problem}", innerException!)
    {
        Path = path;
    }

    /// <summary>The file.</summary>
    public string Path { get; }
}
