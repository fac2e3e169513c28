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
        => Read(path, MaxConfigBytes, (problem, _) => new InvalidConfigException(path, [problem]));

    /// <summary>Reads the text of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The longest file that is read.</param>
    /// <param name="fail">Creates the exception for bad content from the problem and its cause.</param>
    /// <exception cref="HrmFileException">The file is missing or not readable.</exception>
    public static string Read(string path, int maxBytes, Func<string, Exception?, Exception> fail)
    {
        using var file = InputFile.Open(path);
        if (file.Length > maxBytes)
        {
            throw fail($"expected at most {maxBytes} bytes, got {file.Length}", null);
        }

        var bytes = new byte[(int)file.Length];
        file.CopyTo(0, bytes);
        try
        {
            return Strict.GetString(bytes).TrimStart('\ufeff');
        }
        catch (DecoderFallbackException exception)
        {
            throw fail($"expected UTF-8: {exception.Message}", exception);
        }
    }
}
