using System.Diagnostics.CodeAnalysis;
using System.Text;
using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Lines of a UTF-8 file, ended by LF or CRLF, in bounded memory: a line has at most 256 KiB. Errors name the file and line.
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
    public static PuzzleLines Open(string path) => new(path, Guarded(path, () => InputFile.OpenStream(path, bufferSize: 0)));

    /// <summary>Reads the next line, without its line break.</summary>
    /// <exception cref="PuzzleFormatException">The line is too long or not UTF-8.</exception>
    /// <exception cref="PuzzleFileException">The file cannot be read.</exception>
    public bool TryRead([NotNullWhen(true)] out string? line)
    {
        var length = 0;
        var isEnded = false;
        while (!isEnded && FillBlock())
        {
            var rest = _block.AsSpan(_blockStart, _blockEnd - _blockStart);
            var lineBreak = rest.IndexOf((byte)'\n');
            isEnded = lineBreak >= 0;
            var part = isEnded ? rest[..lineBreak] : rest;
            RequireLength(length + part.Length, _line.Length);
            part.CopyTo(_line.AsSpan(length));
            length += part.Length;
            _blockStart += part.Length + (isEnded ? 1 : 0);
        }

        line = null;
        if (length == 0 && !isEnded)
        {
            return false;
        }

        var bytes = _line.AsSpan(0, length);
        bytes = isEnded && bytes.EndsWith("\r"u8) ? bytes[..^1] : bytes;
        RequireLength(bytes.Length, MaximumLineBytes);
        LineNumber++;
        bytes = LineNumber == 1 && bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
        try
        {
            line = StrictUtf8.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException e)
        {
            throw new PuzzleFormatException($"expected UTF-8, got an invalid sequence at byte {e.Index + 1} of the line", _path, LineNumber, innerException: e);
        }
    }

    public void Dispose() => _stream.Dispose();

    private static T Guarded<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PuzzleFileException(path, $"the puzzles cannot be read: {e.Message}", e);
        }
    }

    private bool FillBlock()
    {
        if (_blockStart == _blockEnd)
        {
            _blockStart = 0;
            _blockEnd = Guarded(_path, () => _stream.Read(_block));
        }

        return _blockStart < _blockEnd;
    }

    private void RequireLength(int bytes, int maximum)
    {
        if (bytes > maximum)
        {
            throw new PuzzleFormatException($"expected a line of at most {MaximumLineBytes} bytes, got a longer one", _path, LineNumber + 1);
        }
    }
}
