using System.Diagnostics.CodeAnalysis;
using System.Text;
using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Reads the UTF-8 lines (LF or CRLF) of a puzzle file. Lines are limited in length, so a file without line breaks takes only a buffer
/// of memory. An error of the operating system becomes a <see cref="PuzzleFileException"/>.
/// </summary>
internal sealed class PuzzleLines : IDisposable
{
    private const int MaximumLineBytes = 1 << 18;
    private const int BlockBytes = 1 << 16;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _path;
    private readonly Stream _stream;
    private readonly byte[] _block = new byte[BlockBytes];
    private readonly byte[] _line = new byte[MaximumLineBytes + 1];
    private int _blockStart;
    private int _blockEnd;

    private PuzzleLines(string path, Stream stream)
    {
        _path = path;
        _stream = stream;
    }

    /// <summary>The number of the last line read, from 1.</summary>
    public int LineNumber { get; private set; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="PuzzleFileException">The file cannot be read.</exception>
    public static PuzzleLines Open(string path)
    {
        try
        {
            return new PuzzleLines(path, InputFile.OpenStream(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, e);
        }
    }

    /// <summary>Reads the next line, without its line break; blanks stay.</summary>
    /// <exception cref="PuzzleFormatException">The line is too long or not UTF-8.</exception>
    /// <exception cref="PuzzleFileException">The file cannot be read.</exception>
    public bool TryRead([NotNullWhen(true)] out string? line)
    {
        line = null;
        var length = 0;
        var terminated = false;
        while (!terminated && FillBlock())
        {
            var available = _block.AsSpan(_blockStart, _blockEnd - _blockStart);
            var lineBreak = available.IndexOf((byte)'\n');
            terminated = lineBreak >= 0;
            var part = terminated ? available[..lineBreak] : available;
            if (length + part.Length > _line.Length)
            {
                throw TooLong();
            }

            part.CopyTo(_line.AsSpan(length));
            length += part.Length;
            _blockStart += part.Length + (terminated ? 1 : 0);
        }

        if (length == 0 && !terminated)
        {
            return false;
        }

        LineNumber++;
        var bytes = _line.AsSpan(0, length);
        if (terminated && bytes.EndsWith("\r"u8))
        {
            bytes = bytes[..^1];
        }

        if (bytes.Length > MaximumLineBytes)
        {
            LineNumber--;
            throw TooLong();
        }

        if (LineNumber == 1 && bytes.StartsWith(Encoding.UTF8.Preamble))
        {
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        }

        line = Decode(bytes);
        return true;
    }

    public void Dispose() => _stream.Dispose();

    private static PuzzleFileException Unreadable(string path, Exception cause) =>
        new(path, $"the puzzles cannot be read: {cause.Message}", cause);

    private bool FillBlock()
    {
        if (_blockStart == _blockEnd)
        {
            _blockStart = 0;
            try
            {
                _blockEnd = _stream.Read(_block);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Unreadable(_path, e);
            }
        }

        return _blockStart < _blockEnd;
    }

    private string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new PuzzleFormatException($"expected UTF-8, got an invalid sequence at byte {e.Index + 1} of the line", _path, LineNumber, innerException: e);
        }
    }

    private PuzzleFormatException TooLong() =>
        new($"expected a line of at most {MaximumLineBytes} bytes, got a longer one", _path, LineNumber + 1);
}
