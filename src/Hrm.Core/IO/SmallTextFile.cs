using System.Text;

namespace Hrm.Core;

/// <summary>Reads a small text file that may be anything: no more than a limit of bytes, which have to be UTF-8.</summary>
internal static class SmallTextFile
{
    private const int MaxConfigBytes = 1 << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text of a configuration.</summary>
    /// <exception cref="InvalidConfigException">The file is missing, too long, not readable or not UTF-8.</exception>
    public static string ReadConfig(string path)
        => Read(path, MaxConfigBytes, (problem, _) => new InvalidConfigException(path, [problem]));

    /// <summary>The text of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The most bytes that are read.</param>
    /// <param name="fail">Makes the exception from the problem and its cause.</param>
    public static string Read(string path, int maxBytes, Func<string, Exception?, Exception> fail)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);

            if (stream.Length > maxBytes)
            {
                throw fail($"expected at most {maxBytes} bytes, got {stream.Length}", null);
            }

            // One more than it says, so that a file that grows, or a device, is noticed by what comes of it.
            var bytes = new byte[(int)stream.Length + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length == bytes.Length
                ? throw fail("changed while it was read", null)
                : Strict.GetString(bytes, 0, length).TrimStart('\ufeff');
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw fail("the file does not exist", exception);
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception) || exception is DecoderFallbackException or NotSupportedException)
        {
            throw fail($"could not be read: {exception.Message}", exception);
        }
    }
}
