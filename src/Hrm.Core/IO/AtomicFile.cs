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
}
