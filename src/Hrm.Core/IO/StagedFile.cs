using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Hrm.Core;

/// <summary>
/// A file written completely and flushed to the disk beside its final name, which it takes in one rename. Several
/// can be staged before the first is committed, so that a full disk leaves a set of files untouched. Disposing one
/// that was not committed deletes it. A file that a killed process left is deleted by the next write into the same folder.
/// </summary>
internal sealed class StagedFile : IDisposable
{
    private const string Prefix = ".hrm-";
    private const int BufferBytes = 1 << 16;

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
        // Not derived from the final name, whose length may already be the longest that the file system takes.
        var stagedPath = Path.Combine(folder, $"{Prefix}{Environment.ProcessId}-{Path.GetRandomFileName()}.tmp");
        StagedFile? staged = null;
        try
        {
            DeleteLeftovers(folder);
            // Open, and so locked against DeleteLeftovers of other processes, until it has its final name.
            var stream = new FileStream(stagedPath, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, BufferBytes);
            staged = new StagedFile(fullPath, stagedPath, stream);
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
            _stream.Dispose();
        }
        catch (Exception exception) when (IsWriteError(exception))
        {
            // Bytes that did not fit are still in its buffer.
        }
        Delete(_stagedPath);
    }

    /// <summary>Deletes the staged files of processes that are gone.</summary>
    private static void DeleteLeftovers(string folder)
    {
        foreach (var path in Directory.GetFiles(folder, Prefix + "*.tmp").Where(IsLeftover))
        {
            Delete(path);
        }
    }

    private static bool IsLeftover(string path)
    {
        var owner = Path.GetFileName(path)[Prefix.Length..].Split('-')[0];
        if (!int.TryParse(owner, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return false;
        }

        try
        {
            // A later process may have the same number, in a container nearly always.
            using var process = Process.GetProcessById(id);
            if (File.GetLastWriteTimeUtc(path) >= process.StartTime.ToUniversalTime())
            {
                return false;
            }
        }
        catch (ArgumentException)
        {
            // There is no such process here; one of another container or machine has the file locked.
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception)
        {
            return false;
        }

        try
        {
            using var free = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0);
            return true;
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            return false;
        }
    }

    /// <summary>Deletes a file if that is possible: one that stays must not hide the failure that led here.</summary>
    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            // It is tried again at the next write.
        }
    }
}
