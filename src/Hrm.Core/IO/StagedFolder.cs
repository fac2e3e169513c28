using static System.IO.Path;

namespace Hrm.Core;

/// <summary>A folder written beside its final name, which it takes in one rename. Disposing one that was not committed deletes it.</summary>
internal sealed class StagedFolder(string final, string path) : IDisposable
{
    private const string StagedPrefix = ".staged-";
    private const string OldPrefix = ".old-";

    /// <summary>Open, and so locked, in a folder that a process is writing: no other process may delete it.</summary>
    private const string LockName = ".writing";

    /// <summary>The length of a hyphen and a random name, which follow the final name.</summary>
    private const int SuffixLength = 13;

    private readonly FileStream _lock = new(Combine(path, LockName), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
    private bool _pending = true;

    /// <summary>The folder to write into.</summary>
    public string Path { get; } = path;

    /// <summary>Creates an empty folder beside the final name.</summary>
    /// <param name="final">The final name; its parent folder must exist.</param>
    /// <exception cref="HrmFileException">The folder could not be created.</exception>
    public static StagedFolder Create(string final)
    {
        var full = TrimEndingDirectorySeparator(GetFullPath(final));
        var parent = GetDirectoryName(full)
            ?? throw new HrmFileException(final, "expected the path of a folder, got the root of a file system");
        var path = Combine(parent, $"{StagedPrefix}{GetFileName(full)}-{GetRandomFileName()}");
        return HrmFileException.Guard(full, "could not be written", () =>
        {
            Directory.CreateDirectory(path);
            return new StagedFolder(full, path);
        });
    }

    /// <summary>Renames the folder to its final name.</summary>
    /// <param name="replaces">If false, an older folder is replaced only if it is empty.</param>
    /// <exception cref="HrmFileException">The folder could not be renamed; the older one is as it was.</exception>
    public void Commit(bool replaces = true)
    {
        _lock.Dispose();
        HrmFileException.Guard(final, "could not be replaced", () =>
        {
            if (!replaces && Directory.Exists(final))
            {
                // Fails if it is not empty.
                Directory.Delete(final);
            }

            Replace();
            _pending = false;
        });
    }

    public void Dispose()
    {
        _lock.Dispose();
        if (_pending)
        {
            _pending = false;
            Delete(Path);
        }
    }

    /// <summary>Deletes the unfinished folders of killed processes, and restores the folders that they were replacing.</summary>
    /// <param name="parent">The parent folder of the final names.</param>
    /// <param name="name">The final name; <see langword="null"/> for all, if only this caller writes into the parent folder.</param>
    public static void CleanUp(string parent, string? name = null)
    {
        foreach (var path in Leftovers(parent, OldPrefix, name, suffixLength: 0))
        {
            var final = Combine(parent, GetFileName(path)[OldPrefix.Length..]);
            if (Directory.Exists(final))
            {
                Delete(path);
            }
            else
            {
                Directory.Move(path, final);
            }
        }

        Array.ForEach(Leftovers(parent, StagedPrefix, name, SuffixLength), DeleteUnlessBeingWritten);
    }

    /// <summary>Deletes a folder if possible; the next clean-up tries again.</summary>
    public static void Delete(string path) => HrmFileException.Ignore(() =>
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    });

    private static void DeleteUnlessBeingWritten(string path)
    {
        var lockPath = Combine(path, LockName);
        try
        {
            if (File.Exists(lockPath))
            {
                new FileStream(lockPath, FileMode.Open, FileAccess.Write, FileShare.None).Dispose();
            }
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            return;
        }

        Delete(path);
    }

    private static string[] Leftovers(string parent, string prefix, string? name, int suffixLength) =>
    [
        .. Directory.EnumerateDirectories(parent, prefix + "*")
            .Where(path => name is null || (GetFileName(path).Length == prefix.Length + name.Length + suffixLength && GetFileName(path).StartsWith(prefix + name, StringComparison.Ordinal))),
    ];

    private void Replace()
    {
        if (!Directory.Exists(final))
        {
            Directory.Move(Path, final);
            return;
        }

        // Between the two renames no folder has the final name; if the process is killed there, CleanUp restores the old one.
        var old = Combine(GetDirectoryName(final)!, OldPrefix + GetFileName(final));
        Delete(old);
        Directory.Move(final, old);
        try
        {
            Directory.Move(Path, final);
        }
        catch
        {
            Directory.Move(old, final);
            throw;
        }

        Delete(old);
    }
}
