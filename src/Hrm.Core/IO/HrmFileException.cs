namespace Hrm;

/// <summary>A file or folder could not be read or written: missing, not permitted, disk full, in use. Bad content has other exceptions.</summary>
/// <param name="path">The file or folder.</param>
/// <param name="failure">The failure, as the end of a sentence that starts with the path: "expected a folder, got a file".</param>
/// <param name="innerException">The error of the system.</param>
public sealed class HrmFileException(string path, string failure, Exception? innerException = null)
    : HrmException(innerException is null ? $"{path}: {failure}" : $"{path}: {failure}: {innerException.Message}", innerException)
{
    /// <summary>The file or folder.</summary>
    public string Path { get; } = path;

    /// <summary>Creates the exception for a file that could not be opened or read.</summary>
    internal static HrmFileException Unreadable(string path, Exception error) => error is FileNotFoundException or DirectoryNotFoundException
        ? new HrmFileException(path, Directory.Exists(path) ? "expected a file, got a folder" : "the file does not exist")
        : new HrmFileException(path, "could not be read", error);

    /// <summary>Runs an operation on a file or folder; an error of the system becomes an <see cref="HrmFileException"/>.</summary>
    internal static T Guard<T>(string path, string failure, Func<T> operation)
    {
        try
        {
            return operation();
        }
        catch (Exception exception) when (IsFileError(exception))
        {
            throw new HrmFileException(path, failure, exception);
        }
    }

    /// <inheritdoc cref="Guard{T}"/>
    internal static void Guard(string path, string failure, Action operation) => Guard(path, failure, () =>
    {
        operation();
        return path;
    });

    /// <summary>Runs an operation whose failure must not hide the failure that led to it, or that is tried again later.</summary>
    internal static void Ignore(Action operation)
    {
        try
        {
            operation();
        }
        catch (Exception exception) when (IsFileError(exception))
        {
        }
    }

    /// <summary>Returns true if an exception of the system blames the file, not the caller.</summary>
    internal static bool IsFileError(Exception exception) => exception is IOException or UnauthorizedAccessException;
}
