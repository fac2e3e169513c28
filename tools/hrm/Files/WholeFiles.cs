using System.Text;

namespace Hrm.Tool;

/// <summary>Writes files that are either complete or absent.</summary>
internal static class WholeFiles
{
    /// <summary>
    /// Writes <c>PATH.new</c>, flushes it and renames it; creates the folder if it is missing. The next write replaces the <c>PATH.new</c>
    /// of a process that was killed.
    /// </summary>
    public static void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    /// <inheritdoc cref="Write(string, string)"/>
    public static void Write(string path, byte[] content)
    {
        var final = Path.GetFullPath(path);
        var staged = $"{final}.new";
        Directory.CreateDirectory(Path.GetDirectoryName(final)!);

        // Open, and so locked against other processes, until it has its final name.
        using var stream = new FileStream(staged, FileMode.Create, FileAccess.Write, FileShare.Delete);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
        File.Move(staged, final, overwrite: true);
    }
}
