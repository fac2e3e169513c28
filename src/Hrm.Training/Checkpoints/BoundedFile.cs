using System.Text;
using Hrm.Core;

namespace Hrm.Training;

/// <summary>Reads a small text file that may be anything.</summary>
internal static class BoundedFile
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="CheckpointException">The file is missing, too long, or not UTF-8.</exception>
    public static string ReadText(string path, int maxBytes)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (stream.Length > maxBytes)
            {
                throw new CheckpointException(path, $"expected at most {maxBytes} bytes, got {stream.Length}");
            }

            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return Strict.GetString(bytes);
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception) || exception is DecoderFallbackException)
        {
            throw new CheckpointException(path, $"could not be read: {exception.Message}", exception);
        }
    }
}
