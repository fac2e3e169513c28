using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Hrm.Puzzles;

/// <summary>
/// Reads UTF-8 lines (LF or CRLF) of at most <paramref name="maximumLineBytes"/> bytes. A file without a line break, of
/// whatever size, costs one buffer; a byte that is not UTF-8 is reported with its line.
/// </summary>
/// <param name="stream">The stream, owned by the caller.</param>
/// <param name="file">The name that errors carry.</param>
/// <param name="maximumLineBytes">The longest line accepted, without its line break.</param>
internal sealed class BoundedLineReader(Stream stream, string file, int maximumLineBytes)
{
    private const int BlockBytes = 1 << 16;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _block = new byte[BlockBytes];
    private readonly byte[] _line = new byte[maximumLineBytes + 1];
    private int _blockStart;
    private int _blockEnd;

    /// <summary>The number of the line read last, counted from 1.</summary>
    public int LineNumber { get; private set; }

    /// <summary>Reads the next line, without its line break.</summary>
    /// <exception cref="PuzzleFormatException">The line is too long or not UTF-8.</exception>
    public bool TryReadLine([NotNullWhen(true)] out string? line)
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

        if (bytes.Length > maximumLineBytes)
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

    private bool FillBlock()
    {
        if (_blockStart == _blockEnd)
        {
            _blockStart = 0;
            _blockEnd = stream.Read(_block);
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
            throw new PuzzleFormatException($"expected UTF-8, got an invalid sequence at byte {e.Index + 1} of the line", file, LineNumber, innerException: e);
        }
    }

    private PuzzleFormatException TooLong() =>
        new($"expected a line of at most {maximumLineBytes} bytes, got a longer one", file, LineNumber + 1);
}
