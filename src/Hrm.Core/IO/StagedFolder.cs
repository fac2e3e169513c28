namespace Hrm.Core;

/// <summary>
/// A folder written beside its final name, which it takes in one rename once it is complete, in the place of an older one if
/// there is one. Disposing one that was not committed deletes it.
/// </summary>
internal sealed class StagedFolder : IDisposable
{
    private const string StagedPrefix = ".staged-";
    private const string OldPrefix = ".old-";

    /// <summary>Open, and so locked, in a staged folder that a process is writing: no other may take it for a leftover.</summary>
    private const string LockName = ".writing";

    private readonly string _final;
    private readonly FileStream _lock;
    private bool _pending = true;

    private StagedFolder(string final, string path)
    {
        _final = final;
        Path = path;
        _lock = new FileStream(System.IO.Path.Combine(path, LockName), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
    }

    /// <summary>Where to write.</summary>
    public string Path { get; }

    /// <summary>Makes an empty folder beside the final name.</summary>
    /// <param name="final">The final name; the folder above it must exist.</param>
    /// <exception cref="HrmFileException">The folder could not be made.</exception>
    public static StagedFolder Create(string final)
    {
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(final));
        var parent = System.IO.Path.GetDirectoryName(full)
            ?? throw new HrmFileException(final, "expected the path of a folder, got the root of a file system");
        var path = System.IO.Path.Combine(parent, $"{StagedPrefix}{System.IO.Path.GetFileName(full)}-{System.IO.Path.GetRandomFileName()}");
        try
        {
            Directory.CreateDirectory(path);
            return new StagedFolder(full, path);
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw new HrmFileException(full, "could not be written", exception);
        }
    }

    /// <summary>Takes the final name; an older folder is out of the way until then, and then gone.</summary>
    /// <param name="replaces">Whether an older folder that is not empty may be replaced.</param>
    /// <exception cref="HrmFileException">The folder could not be renamed; the older one is as it was.</exception>
    public void Commit(bool replaces = true)
    {
        _lock.Dispose();
        try
        {
            if (!replaces && Directory.Exists(_final))
            {
                // Fails where something has come into it meanwhile.
                Directory.Delete(_final);
            }

            Replace();
            _pending = false;
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw new HrmFileException(_final, "could not be replaced", exception);
        }
    }

    /// <summary>Deletes the folder if it was not committed.</summary>
    public void Dispose()
    {
        _lock.Dispose();
        if (_pending)
        {
            _pending = false;
            Delete(Path);
        }
    }

    /// <summary>
    /// Removes what a process that was killed left half-written, and puts back what it was about to replace.
    /// </summary>
    /// <param name="parent">The folder above the final names.</param>
    /// <param name="name">The one final name that is meant; <see langword="null"/> for all, where no one else writes into the folder.</param>
    public static void CleanUp(string parent, string? name = null)
    {
        foreach (var path in Leftovers(parent, OldPrefix, name, suffixLength: 0))
        {
            var final = System.IO.Path.Combine(parent, System.IO.Path.GetFileName(path)[OldPrefix.Length..]);
            if (Directory.Exists(final))
            {
                Delete(path);
            }
            else
            {
                Directory.Move(path, final);
            }
        }

        // What follows the name is a hyphen and a random name of twelve characters.
        foreach (var path in Leftovers(parent, StagedPrefix, name, suffixLength: 13).Where(path => !IsBeingWritten(path)))
        {
            Delete(path);
        }
    }

    /// <summary>Deletes a folder; what cannot be deleted stays, and is tried again at the next cleaning up.</summary>
    public static void Delete(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            // A leftover costs space, not correctness: it must not hide the failure that led here.
        }
    }

    private static bool IsBeingWritten(string path)
    {
        try
        {
            using var free = new FileStream(System.IO.Path.Combine(path, LockName), FileMode.Open, FileAccess.Write, FileShare.None);
            return false;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            return true;
        }
    }

    private static string[] Leftovers(string parent, string prefix, string? name, int suffixLength) =>
    [
        .. Directory.EnumerateDirectories(parent, prefix + "*")
            .Where(path => name is null || IsOf(System.IO.Path.GetFileName(path), prefix + name, suffixLength)),
    ];

    private static bool IsOf(string leftover, string start, int suffixLength)
        => leftover.Length == start.Length + suffixLength && leftover.StartsWith(start, StringComparison.Ordinal);

    private void Replace()
    {
        if (!Directory.Exists(_final))
        {
            Directory.Move(Path, _final);
            return;
        }

        // Between the two renames there is none of this name; a process killed there finds the old one again by its other name.
        var old = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(_final)!, OldPrefix + System.IO.Path.GetFileName(_final));
        Delete(old);
        Directory.Move(_final, old);
        try
        {
            Directory.Move(Path, _final);
        }
        catch
        {
            Directory.Move(old, _final);
            throw;
        }

        Delete(old);
    }
}
