using System.Text;
using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Lines of a UTF-8 file, ended by LF or CRLF, in bounded memory: a line has at most 256 KiB. Errors name the file and line.
/// </summary>
internal static class PuzzleLines
{
    private const int MaximumLineBytes = 1 << 18;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Streams the lines, without their line breaks and a byte order mark.</summary>
    /// <exception cref="HrmFormatException">A line is too long or not UTF-8.</exception>
    /// <exception cref="HrmFileException">The file cannot be read.</exception>
    public static IEnumerable<string> Read(string path)
    {
        using var stream = Guard(path, () => InputFile.OpenStream(path, bufferSize: 0));
        var buffer = new byte[MaximumLineBytes + 2];
        var (start, end, number) = (0, 0, 1);
        while (true)
        {
            var length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var isEndedByCarriageReturn = length > 0 && buffer[start + length - 1] == '\r';
                yield return Decode(buffer.AsSpan(start, isEndedByCarriageReturn ? length - 1 : length), path, number++);
                start += length + 1;
                continue;
            }

            if (end - start > MaximumLineBytes + 1)
            {
                throw TooLong(path, number);
            }

            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            var read = Guard(path, () => stream.Read(buffer.AsSpan(end)));
            if (read == 0)
            {
                break;
            }

            end += read;
        }

        if (end > 0)
        {
            yield return Decode(buffer.AsSpan(0, end), path, number);
        }
    }

    private static string Decode(ReadOnlySpan<byte> bytes, string path, int number)
    {
        if (bytes.Length > MaximumLineBytes)
        {
            throw TooLong(path, number);
        }

        bytes = number == 1 && bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new HrmFormatException($"expected UTF-8, got an invalid sequence at byte {e.Index + 1} of the line", path, number, innerException: e);
        }
    }

    private static HrmFormatException TooLong(string path, int number) =>
        new($"expected a line of at most {MaximumLineBytes} bytes, got a longer one", path, number);

    private static T Guard<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HrmFileException(path, "could not be read", e);
        }
    }
}
