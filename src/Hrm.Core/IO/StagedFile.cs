namespace Hrm.Core;

/// <summary>
/// A file that is complete and flushed to the disk beside its final name, which it takes in one rename. Several can be staged
/// before the first is committed, so that a full disk leaves a set of files as it was. Disposing one that was not committed
/// deletes it. A file of a killed process is deleted by the first write into the same folder after an hour.
/// </summary>
internal sealed class StagedFile : IDisposable
{
    private const string Prefix = ".hrm-";
    private const string Suffix = ".tmp";
    private const int BufferBytes = 1 << 16;

    /// <summary>A network file system may not show the locks of other hosts.</summary>
    private static readonly TimeSpan AgeOfLeftover = TimeSpan.FromHours(1);

    private readonly string _path;
    private readonly string _stagedPath;
    private readonly FileStream _stream;
    private bool _pending = true;

    private StagedFile(string path, string stagedPath, FileStream stream)
    {
        _path = path;
        _stagedPath = stagedPath;
        _stream = stream;
    }

    public static StagedFile Write(string path, Action<Stream> write)
    {
        var fullPath = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(fullPath)
            ?? throw new HrmFileException(path, "expected the path of a file, got the root of a file system");
        // Not derived from the final name, which may already have the maximum length of the file system.
        var stagedPath = Path.Combine(folder, $"{Prefix}{Path.GetRandomFileName()}{Suffix}");
        StagedFile? staged = null;
        try
        {
            // Open, and so locked against DeleteLeftovers of other processes, until it has its final name.
            var stream = new FileStream(stagedPath, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, BufferBytes);
            staged = new StagedFile(fullPath, stagedPath, stream);
            DeleteLeftovers(folder, File.GetLastWriteTimeUtc(stagedPath));
            write(stream);
            stream.Flush(flushToDisk: true);
            return staged;
        }
        catch (Exception exception)
        {
            staged?.Dispose();
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
            _stream.Dispose();
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw new HrmFileException(_path, "could not be replaced", exception);
        }
    }

    /// <summary>Returns true if an exception of the system blames the file or the disk, not the caller.</summary>
    /// <remarks>If a file becomes larger than the file system or a quota allows, .NET blames the argument.</remarks>
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
            _stream.Dispose();
        }
        catch (Exception exception) when (IsWriteError(exception))
        {
            // Bytes that did not fit are still in its buffer.
        }
        Delete(_stagedPath);
    }

    /// <summary>Deletes the staged files of killed processes.</summary>
    private static void DeleteLeftovers(string folder, DateTime now)
    {
        try
        {
            foreach (var path in Directory.GetFiles(folder, $"{Prefix}*{Suffix}").Where(path => IsLeftover(path, now)))
            {
                Delete(path);
            }
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            // A folder that cannot be listed can still be written into.
        }
    }

    private static bool IsLeftover(string path, DateTime now)
    {
        try
        {
            if (File.GetLastWriteTimeUtc(path) > now - AgeOfLeftover)
            {
                return false;
            }

            using var free = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0);
            return true;
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            return false;
        }
    }

    /// <summary>Deletes a file if possible: a failure must not hide the failure that led here.</summary>
    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            // The next write tries again.
        }
    }
}
