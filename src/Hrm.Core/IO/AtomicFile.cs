namespace Hrm.Core;

/// <summary>
/// A file that is complete and flushed to the disk beside its final name, which it takes in one rename. So the final name has either
/// the old content or the complete new one, even if the process is killed or the disk is full.
/// </summary>
/// <remarks>
/// Several can be staged before the first is committed, so that a full disk leaves a set of files as it was. Disposing one that was not
/// committed deletes it. A file of a killed process is deleted by the first write into the same folder after an hour.
/// </remarks>
internal sealed class AtomicFile(string path, string stagedPath, FileStream stream) : IDisposable
{
    /// <summary>The number that Linux follows.</summary>
    private const int MaxLinks = 40;

    private const string Prefix = ".hrm-";
    private const string Suffix = ".tmp";
    private const int BufferBytes = 1 << 16;

    /// <summary>A network file system may not show the locks of other hosts.</summary>
    private static readonly TimeSpan AgeOfLeftover = TimeSpan.FromHours(1);

    private bool _pending = true;

    /// <summary>Writes beside <paramref name="path"/>, flushes to the disk and renames over it.</summary>
    /// <inheritdoc cref="Stage" path="/param|/exception"/>
    public static void Write(string path, Action<Stream> write)
    {
        using var staged = Stage(path, write);
        staged.Commit();
    }

    /// <summary>Writes beside <paramref name="path"/> and flushes to the disk.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="write">Writes the content. If it throws, the temporary file is deleted.</param>
    /// <exception cref="HrmFileException">The file could not be written or replaced.</exception>
    public static AtomicFile Stage(string path, Action<Stream> write)
    {
        var fullPath = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(fullPath)
            ?? throw new HrmFileException(path, "expected the path of a file, got the root of a file system");

        // Not derived from the final name, which may already have the maximum length of the file system.
        var stagedPath = Path.Combine(folder, $"{Prefix}{Path.GetRandomFileName()}{Suffix}");
        AtomicFile? staged = null;
        try
        {
            // Open, and so locked against DeleteLeftovers of other processes, until it has its final name.
            var stream = new FileStream(stagedPath, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, BufferBytes);
            staged = new AtomicFile(fullPath, stagedPath, stream);
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

    public void Commit() => HrmFileException.Guard(path, "could not be replaced", () =>
    {
        File.Move(stagedPath, path, overwrite: true);
        _pending = false;
        stream.Dispose();
    });

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
            stream.Dispose();
        }
        catch (Exception exception) when (IsWriteError(exception))
        {
            // Bytes that did not fit are still in its buffer.
        }

        Delete(stagedPath);
    }

    /// <summary>Deletes the staged files of killed processes.</summary>
    private static void DeleteLeftovers(string folder, DateTime now) => HrmFileException.Ignore(() =>
    {
        // A folder that cannot be listed can still be written into.
        foreach (var path in Directory.GetFiles(folder, $"{Prefix}*{Suffix}").Where(path => IsLeftover(path, now)))
        {
            Delete(path);
        }
    });

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

    /// <summary>Deletes a file if possible; the next write tries again.</summary>
    private static void Delete(string path) => HrmFileException.Ignore(() => File.Delete(path));

    /// <summary>Resolves the links of a path from the caller; the target need not exist. Links in a folder that may be hostile are replaced instead.</summary>
    /// <exception cref="HrmFileException">The links form a loop, or cannot be read.</exception>
    public static string FollowLinks(string path) => HrmFileException.Guard(path, "the link could not be followed", () => PhysicalPath(path));

    /// <summary>Returns the full path without links. In the target of a link, <c>..</c> is the parent of the physical folder.</summary>
    /// <remarks><see cref="File.ResolveLinkTarget"/> removes <c>..</c> before it resolves the folders that precede it.</remarks>
    /// <exception cref="IOException">The links form a loop, or cannot be read.</exception>
    public static string PhysicalPath(string path)
    {
        var physical = Path.GetPathRoot(Path.GetFullPath(path))!;
        var names = new Stack<string>();
        Push(Path.GetFullPath(path));
        for (var links = 0; names.TryPop(out var name);)
        {
            var next = name == ".." ? Path.GetDirectoryName(physical) ?? physical : Path.Combine(physical, name);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                physical = next;
                continue;
            }

            Push(target);
            if (++links > MaxLinks)
            {
                throw new IOException($"expected at most {MaxLinks} links, got more: they may form a loop");
            }
        }

        return physical;

        void Push(string linked)
        {
            var root = Path.GetPathRoot(linked)!;
            physical = Path.GetFullPath(root, physical);
            var parts = linked[root.Length..].Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar]);
            foreach (var part in parts.Where(part => part is not ("" or ".")).Reverse())
            {
                names.Push(part);
            }
        }
    }
}
