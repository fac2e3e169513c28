namespace Hrm.Samples.PuzzleLab;

/// <summary>Text files that are whole or not there.</summary>
internal static class TextFiles
{
    /// <summary>Writes a file beside its final name and renames it; its folder is made where it is missing.</summary>
    /// <exception cref="LabException">It cannot be written.</exception>
    public static void Write(string path, string text)
    {
        var staged = $"{path}.{Path.GetRandomFileName()}.new";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            File.WriteAllText(staged, text);
            File.Move(staged, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            File.Delete(staged);
            throw new LabException($"{path}: {error.Message}");
        }
    }
}
