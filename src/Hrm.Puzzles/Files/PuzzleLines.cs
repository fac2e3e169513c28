using System.Diagnostics.CodeAnalysis;
using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>The lines of a puzzle file, each of bounded length; what the operating system refuses is a <see cref="PuzzleFileException"/>.</summary>
internal sealed class PuzzleLines : IDisposable
{
    private const int MaximumLineBytes = 1 << 18;

    private readonly string _path;
    private readonly Stream _stream;
    private readonly BoundedLineReader _reader;

    private PuzzleLines(string path, Stream stream)
    {
        _path = path;
        _stream = stream;
        _reader = new BoundedLineReader(stream, path, MaximumLineBytes);
    }

    /// <summary>The number of the line read last, counted from 1.</summary>
    public int LineNumber => _reader.LineNumber;

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
        try
        {
            return _reader.TryReadLine(out line);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(_path, e);
        }
    }

    public void Dispose() => _stream.Dispose();

    private static PuzzleFileException Unreadable(string path, Exception cause) =>
        new(path, $"the puzzles cannot be read: {cause.Message}", cause);
}
