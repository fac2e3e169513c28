using System.Text;

namespace Hrm.Tool;

/// <summary>Writes files that are either complete or absent.</summary>
internal static class WholeFiles
{
    /// <summary>
    /// Writes a file beside its final name, flushes it and renames it; creates its folder if it is missing. Deletes what killed
    /// processes left of earlier writes.
    /// </summary>
    /// <exception cref="LabException">It cannot be written.</exception>
    public static void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    /// <inheritdoc cref="Write(string, string)"/>
    public static void Write(string path, byte[] content)
    {
        var final = Path.GetFullPath(path);
        var staged = $"{final}.{Path.GetRandomFileName()}.new";
        try
        {
            var folder = Directory.CreateDirectory(Path.GetDirectoryName(final)!);
            foreach (var leftover in folder.GetFiles().Where(file => file.Name.StartsWith($"{Path.GetFileName(final)}.", StringComparison.Ordinal) && file.Name.EndsWith(".new", StringComparison.Ordinal)))
            {
                DeleteUnlocked(leftover.FullName);
            }

            // Open, and so locked, until it has its final name.
            using var stream = new FileStream(staged, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete);
            stream.Write(content);
            stream.Flush(flushToDisk: true);
            File.Move(staged, final, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            DeleteUnlocked(staged);
            throw new LabException($"{path}: {error.Message}");
        }
    }

    private static void DeleteUnlocked(string path)
    {
        try
        {
            new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None).Dispose();
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Another process is writing it, or it is gone.
        }
    }
}
