namespace Hrm.Core;

/// <summary>
/// A file written completely and flushed to the disk beside its final name, which it takes in one rename. Several
/// can be staged before the first is committed, so that a full disk leaves a set of files untouched. Disposing one
/// that was not committed deletes it.
/// </summary>
internal sealed class StagedFile : IDisposable
{
    private const int BufferBytes = 1 << 16;

    private readonly string _path;
    private readonly string _stagedPath;
    private bool _pending = true;

    private StagedFile(string path, string stagedPath)
    {
        _path = path;
        _stagedPath = stagedPath;
    }

    public static StagedFile Write(string path, Action<Stream> write)
    {
        var fullPath = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(fullPath)
            ?? throw new HrmFileException(path, "expected the path of a file, got the root of a file system");
        // Not derived from the final name, whose length may already be the longest that the file system takes.
        var stagedPath = Path.Combine(folder, $".hrm-{Environment.ProcessId}-{Path.GetRandomFileName()}.tmp");
        var staged = new StagedFile(fullPath, stagedPath);
        try
        {
            using (var stream = new FileStream(stagedPath, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            return staged;
        }
        catch (Exception exception)
        {
            staged.Dispose();
            if (IsWriteError(exception))
            {
                throw new HrmFileException(fullPath, "could not be written", exception);
            }
            throw;
        }
    }

    public void Commit()
    {
        try
        {
            File.Move(_stagedPath, _path, overwrite: true);
            _pending = false;
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw new HrmFileException(_path, "could not be replaced", exception);
        }
    }

    /// <summary>Whether an exception of the system says that the file or the disk, not the caller, is at fault.</summary>
    /// <remarks>Where a file grows beyond what the file system or a quota allows, .NET blames the argument, not the file.</remarks>
    internal static bool IsWriteError(Exception exception)
        => HrmFileException.IsFileError(exception) || exception is ArgumentOutOfRangeException { ParamName: "value", ActualValue: null };

    public void Dispose()
    {
        if (!_pending)
        {
            return;
        }
        _pending = false;
        try
        {
            File.Delete(_stagedPath);
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            // The failure that led here is the one to report; a file that cannot be removed must not hide it.
        }
    }
}
