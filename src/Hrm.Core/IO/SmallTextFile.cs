namespace Hrm.Core;

/// <summary>Reads a configuration file, of which a length beyond all use is refused before it is read.</summary>
internal static class SmallTextFile
{
    private const int MaxLength = 1 << 20;

    public static string Read(string path)
    {
        var info = new FileInfo(path);
        if (!info.Exists)
        {
            throw new InvalidConfigException(path, ["the file does not exist"]);
        }

        if (info.Length > MaxLength)
        {
            throw new InvalidConfigException(path, [$"expected at most {MaxLength} bytes, got {info.Length}"]);
        }

        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (HrmFileException.IsFileError(error))
        {
            throw new InvalidConfigException(path, [error.Message]);
        }
    }
}
