using System.Text;

namespace Hrm.Core;

/// <summary>Reads a small text file that may hold anything: at most a number of bytes, which must be UTF-8.</summary>
internal static class SmallTextFile
{
    private const int MaxConfigBytes = 1 << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the text of a configuration.</summary>
    /// <exception cref="HrmFileException">The file is missing or not readable.</exception>
    /// <exception cref="InvalidConfigException">The file is too long or not UTF-8.</exception>
    public static string ReadConfig(string path)
    {
        try
        {
            return Read(path, MaxConfigBytes);
        }
        catch (HrmFormatException exception)
        {
            throw new InvalidConfigException(path, [exception.Problem]);
        }
    }

    /// <summary>Reads the text of a file of at most a number of bytes.</summary>
    /// <exception cref="HrmFileException">The file is missing or not readable.</exception>
    /// <exception cref="HrmFormatException">The file is too long or not UTF-8.</exception>
    public static string Read(string path, int maxBytes)
    {
        using var file = InputFile.Open(path);
        if (file.Length > maxBytes)
        {
            throw new HrmFormatException($"expected at most {maxBytes} bytes, got {file.Length}", path);
        }

        var bytes = new byte[(int)file.Length];
        file.CopyTo(0, bytes);
        try
        {
            return Strict.GetString(bytes).TrimStart('\ufeff');
        }
        catch (DecoderFallbackException exception)
        {
            throw new HrmFormatException($"expected UTF-8: {exception.Message}", path, innerException: exception);
        }
    }
}
