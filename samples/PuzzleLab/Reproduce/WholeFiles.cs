namespace Hrm.Samples.PuzzleLab;

/// <summary>Files that are whole or not there.</summary>
internal static class WholeFiles
{
    /// <summary>Writes a file beside its final name and renames it; its folder is made where it is missing.</summary>
    /// <exception cref="LabException">It cannot be written.</exception>
    public static void Write(string path, string text) => Write(path, staged => File.WriteAllText(staged, text));

    /// <summary>The same with any way to write it.</summary>
    /// <param name="path">Its final name.</param>
    /// <param name="write">Writes the file that it is told.</param>
    /// <exception cref="LabException">It cannot be written.</exception>
    public static void Write(string path, Action<string> write)
    {
        var staged = $"{path}.{Path.GetRandomFileName()}.new";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            write(staged);
            File.Move(staged, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(staged))
            {
                File.Delete(staged);
            }

            throw new LabException($"{path}: {error.Message}");
        }
    }
}
