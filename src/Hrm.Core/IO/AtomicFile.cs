namespace Hrm.Core;

/// <summary>
/// Writes a file so that its final name holds either the old content or the whole new one, also when the process
/// is killed or the disk is full.
/// </summary>
internal static class AtomicFile
{
    /// <summary>Writes beside <paramref name="path"/>, flushes to the disk and renames over it.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="write">Writes the content. What it throws is passed on, the temporary file deleted.</param>
    /// <exception cref="HrmFileException">The file could not be written or replaced.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        using var staged = StagedFile.Write(path, write);
        staged.Commit();
    }

    /// <summary>
    /// The full path that a path stands for: where it leads if it is a link, even if nothing is there yet. For what a caller names; a
    /// link inside of a folder that may be somebody else's is replaced instead, so that it cannot lead the writing elsewhere.
    /// </summary>
    /// <exception cref="HrmFileException">The links lead around in a circle, or cannot be read.</exception>
    public static string FollowLinks(string path)
    {
        var full = Path.GetFullPath(path);
        try
        {
            return File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return full;
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw new HrmFileException(full, "the link could not be followed", exception);
        }
    }
}
