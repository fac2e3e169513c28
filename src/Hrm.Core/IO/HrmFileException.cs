namespace Hrm.Core;

/// <summary>
/// A file or folder could not be read or written: missing, not permitted, disk full, in use. The content is not
/// the cause; a bad content has an exception of its own.
/// </summary>
public sealed class HrmFileException : HrmException
{
    /// <summary>Creates the exception from the system's error.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="failure">What failed, as the end of a sentence that starts with the path: "could not be written".</param>
    /// <param name="innerException">The system's error.</param>
    public HrmFileException(string path, string failure, Exception innerException)
        : base($"{path}: {failure}: {innerException?.Message}", innerException!)
    {
        Path = path;
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="failure">What failed, as the end of a sentence that starts with the path: "expected a folder, got a file".</param>
    public HrmFileException(string path, string failure)
        : base($"{path}: {failure}")
    {
        Path = path;
    }

    /// <summary>The file or folder.</summary>
    public string Path { get; }

    /// <summary>The exception for a file that could not be opened or read.</summary>
    internal static HrmFileException Unreadable(string path, Exception error) => error is FileNotFoundException or DirectoryNotFoundException
        ? new HrmFileException(path, Directory.Exists(path) ? "expected a file, got a folder" : "the file does not exist")
        : new HrmFileException(path, "could not be read", error);

    /// <summary>Whether an exception of the system says that the file, not the caller, is at fault.</summary>
    internal static bool IsFileError(Exception exception) => exception is IOException or UnauthorizedAccessException;
}
