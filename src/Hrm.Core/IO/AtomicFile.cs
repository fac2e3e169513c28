namespace Hrm.Core;

/// <summary>
/// Writes a file so that it has either the old content or the complete new one under its final name, even if the process is
/// killed or the disk is full.
/// </summary>
internal static class AtomicFile
{
    /// <summary>The number that Linux follows.</summary>
    private const int MaxLinks = 40;

    /// <summary>Writes beside <paramref name="path"/>, flushes to the disk and renames over it.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="write">Writes the content. If it throws, the temporary file is deleted.</param>
    /// <exception cref="HrmFileException">The file could not be written or replaced.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        using var staged = StagedFile.Write(path, write);
        staged.Commit();
    }

    /// <summary>
    /// Resolves the links of a path from the caller; the target need not exist. A link inside a folder that may be hostile is
    /// replaced instead, so that it cannot redirect the write.
    /// </summary>
    /// <exception cref="HrmFileException">The links form a loop, or cannot be read.</exception>
    public static string FollowLinks(string path)
    {
        try
        {
            return PhysicalPath(path);
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw new HrmFileException(path, "the link could not be followed", exception);
        }
    }

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
