using System.Globalization;
using System.Text;

namespace Hrm.Puzzles;

/// <summary>
/// The file format that the paper's Sudoku and maze sets share: UTF-8, LF or CRLF, no quoting, the header
/// <c>source,question,answer,rating</c>, and columns by position.
/// </summary>
internal static class PuzzleCsv
{
    public const string Header = "source,question,answer,rating";
    public const string Question = "question";
    public const string Answer = "answer";

    private const string Rating = "rating";
    private const int Columns = 4;
    private const int MaximumLineBytes = 1 << 16;
    private const int QuotedCharacters = 60;

    /// <summary>Streams the rows; a file without a row is an error.</summary>
    /// <exception cref="PuzzleFormatException">The file is not in the format; says which line and column.</exception>
    /// <exception cref="PuzzleFileException">The file cannot be read.</exception>
    public static IEnumerable<PuzzleCsvRow> ReadRows(string path)
    {
        using var stream = Open(path);
        var reader = new BoundedLineReader(stream, path, MaximumLineBytes);
        ReadHeader(reader, path);
        var rows = 0;
        while (TryReadLine(reader, path, out var line))
        {
            yield return ParseRow(line, path, reader.LineNumber);
            rows++;
        }

        if (rows == 0)
        {
            throw new PuzzleFormatException("expected at least one puzzle after the header, got the end of the file", path, reader.LineNumber + 1);
        }
    }

    /// <summary>
    /// Writes the rows beside <paramref name="path"/>, flushes them to the disk and renames: the final name never holds half a file.
    /// </summary>
    /// <exception cref="PuzzleFormatException">A source holds a comma, a quote or a line break, which the format cannot carry, or there is no row.</exception>
    /// <exception cref="PuzzleFileException">The file cannot be written.</exception>
    public static void WriteRows(string path, IEnumerable<PuzzleCsvRow> rows)
    {
        var unfinished = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var stream = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write))
            {
                using (var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" })
                {
                    WriteRows(writer, path, rows);
                }

                stream.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PuzzleFileException(path, $"the puzzles cannot be written: {e.Message}", e);
        }
        finally
        {
            DeleteQuietly(unfinished);
        }
    }

    private static void WriteRows(StreamWriter writer, string path, IEnumerable<PuzzleCsvRow> rows)
    {
        writer.WriteLine(Header);
        var line = 1;
        foreach (var row in rows)
        {
            line++;
            if (row.Source.AsSpan().IndexOfAny(",\"\r\n") >= 0)
            {
                throw new PuzzleFormatException($"expected a source without comma, quote or line break, got {Quote(row.Source)}", path, line, "source");
            }

            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Source},{row.Question},{row.Answer},{row.Rating}"));
        }

        if (line == 1)
        {
            throw new PuzzleFormatException("expected at least one puzzle to write, got none", path);
        }
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PuzzleFileException(path, $"the puzzles cannot be read: {e.Message}", e);
        }
    }

    private static void ReadHeader(BoundedLineReader reader, string path)
    {
        if (!TryReadLine(reader, path, out var header))
        {
            throw new PuzzleFormatException($"expected the header '{Header}', got an empty file", path, 1);
        }

        if (header != Header)
        {
            throw new PuzzleFormatException($"expected the header '{Header}', got {Quote(header)}", path, 1);
        }
    }

    private static bool TryReadLine(BoundedLineReader reader, string path, out string line)
    {
        try
        {
            var found = reader.TryReadLine(out var read);
            line = read ?? string.Empty;
            return found;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PuzzleFileException(path, $"the puzzles cannot be read: {e.Message}", e);
        }
    }

    private static PuzzleCsvRow ParseRow(string line, string path, int number)
    {
        var fields = line.Split(',');
        if (fields.Length != Columns)
        {
            throw new PuzzleFormatException($"expected {Columns} fields ({Header}), got {fields.Length}: {Quote(line)}", path, number);
        }

        return new PuzzleCsvRow(number, fields[0], fields[1], fields[2], ParseRating(fields[3], path, number));
    }

    private static double? ParseRating(string text, string path, int line)
    {
        if (text.Length == 0)
        {
            return null;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var rating) && double.IsFinite(rating) && rating >= 0)
        {
            return rating;
        }

        throw new PuzzleFormatException($"expected a number of at least 0, or nothing, got {Quote(text)}", path, line, Rating);
    }

    private static string Quote(string text) =>
        text.Length <= QuotedCharacters ? $"'{text}'" : $"'{text[..QuotedCharacters]}…' ({text.Length} characters)";

    private static void DeleteQuietly(string unfinished)
    {
        try
        {
            File.Delete(unfinished);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The write itself has succeeded or reports its own error; a left-over temporary file is no second one.
        }
    }
}
