using System.Globalization;
using System.Text;

namespace Hrm.Puzzles;

/// <summary>
/// Common file format of the paper's Sudoku and maze datasets: UTF-8 with or without a byte order mark, LF or CRLF, fields of
/// <see cref="CsvFields"/>, and a header that names the columns in any order: question, and optionally answer, source and rating.
/// Other columns are ignored.
/// </summary>
internal static class PuzzleCsv
{
    public const string Header = "source,question,answer,rating";
    public const string Question = "question";
    public const string Answer = "answer";

    private const string Rating = "rating";

    /// <summary>The names of the four columns in common files.</summary>
    private static readonly string[][] Names = [["source"], [Question, "puzzle", "quizzes", "quiz"], [Answer, "solution", "solutions"], [Rating, "difficulty"]];

    /// <summary>Returns true if the first line of a file can only be a header.</summary>
    public static bool IsHeader(string line)
        => line.Contains(',', StringComparison.Ordinal) || Names[1].Contains(line.Trim('"', ' '), StringComparer.OrdinalIgnoreCase);

    /// <summary>Streams the rows; a file without a row is an error. Empty lines are ignored.</summary>
    /// <param name="lines">The lines, header first.</param>
    /// <param name="path">The name of the file, for errors.</param>
    /// <param name="skipped">Receives each bad row, which is then skipped; <see langword="null"/> to throw.</param>
    /// <exception cref="HrmFormatException">An error of format; names line and column.</exception>
    /// <exception cref="HrmFileException">The file cannot be read.</exception>
    public static IEnumerable<PuzzleCsvRow> ReadRows(IEnumerable<PuzzleLine> lines, string path, Action<HrmFormatException>? skipped = null)
    {
        int[]? columns = null;
        var (fields, last, isEmpty) = (0, 0, true);
        foreach (var (number, line) in lines)
        {
            last = number;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            if (columns is null)
            {
                columns = ReadHeader(line, path, number, out fields);
                continue;
            }

            isEmpty = false;
            if (PuzzleLines.Try(() => ParseRow(line, columns, fields, path, number), skipped) is { } row)
            {
                yield return row;
            }
        }

        if (isEmpty)
        {
            throw new HrmFormatException(columns is null
                ? $"expected the header '{Header}', got an empty file"
                : "expected at least one puzzle after the header, got the end of the file", path, last + 1);
        }
    }

    /// <summary>Writes the rows of puzzles to a temporary file, flushes it to disk and renames it.</summary>
    /// <exception cref="HrmFormatException">A source contains a line break, a rating is negative or not a number, or there is no row.</exception>
    /// <exception cref="HrmFileException">The file cannot be written.</exception>
    public static void Write<T>(string path, IEnumerable<T> puzzles, Func<T, PuzzleCsvRow> rowOf)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(puzzles);
        AtomicFile.Write(AtomicFile.FollowLinks(path), stream =>
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
            WriteRows(writer, path, puzzles.Select(rowOf));
        });
    }

    private static void WriteRows(StreamWriter writer, string path, IEnumerable<PuzzleCsvRow> rows)
    {
        writer.WriteLine(Header);
        var line = 1;
        foreach (var row in rows)
        {
            line++;
            if (row.Source.AsSpan().IndexOfAny('\r', '\n') >= 0)
            {
                throw new HrmFormatException($"expected a source without a line break, got {Quote.Text(row.Source)}", path, line, "source");
            }

            if (row.Rating is { } rating && !IsRating(rating))
            {
                throw new HrmFormatException(string.Create(CultureInfo.InvariantCulture, $"expected a number of at least 0, or nothing, got {rating}"), path, line, Rating);
            }

            writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{CsvFields.Quote(row.Source)},{CsvFields.Quote(row.Question)},{CsvFields.Quote(row.Answer)},{row.Rating}"));
        }

        if (line == 1)
        {
            throw new HrmFormatException("expected at least one puzzle to write, got none", path);
        }
    }

    /// <summary>The index of each of the four columns in a row, -1 if missing.</summary>
    private static int[] ReadHeader(string header, string path, int line, out int count)
    {
        var names = CsvFields.Split(header, path, line).ConvertAll(name => name.Trim());
        count = names.Count;
        var columns = Array.ConvertAll(Names, known => names.FindIndex(name => known.Contains(name, StringComparer.OrdinalIgnoreCase)));
        var isTwice = names.Count(name => Array.Exists(Names, known => known.Contains(name, StringComparer.OrdinalIgnoreCase))) > columns.Count(column => column >= 0);
        return columns[1] >= 0 && !isTwice
            ? columns
            : throw new HrmFormatException(
                $"expected a header that names the column {Question} (or puzzle, quizzes), and optionally {Answer} (or solution, solutions), each once, got {Quote.Text(header)}", path, line);
    }

    private static PuzzleCsvRow ParseRow(string line, int[] columns, int count, string path, int number)
    {
        var fields = CsvFields.Split(line, path, number);
        if (fields.Count != count)
        {
            throw new HrmFormatException($"expected {count} fields, as the header has, got {fields.Count}: {Quote.Text(line)}", path, number);
        }

        var isRated = double.TryParse(Field(3), NumberStyles.Float, CultureInfo.InvariantCulture, out var rating) && IsRating(rating);
        return new PuzzleCsvRow(number, Field(0), Field(1), Field(2), isRated ? rating : null);

        string Field(int column) => columns[column] < 0 ? string.Empty : fields[columns[column]];
    }

    private static bool IsRating(double rating) => double.IsFinite(rating) && rating >= 0;
}

/// <summary>Row of a puzzle file, before its columns are read as a puzzle. The answer can be empty.</summary>
internal sealed record PuzzleCsvRow(int Line, string Source, string Question, string Answer, double? Rating)
{
    /// <summary>Reads a field; an error gets the file, the line and the field.</summary>
    public T Read<T>(string path, string field, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (HrmFormatException e)
        {
            throw e.At(path, Line, e.Place ?? field);
        }
    }
}

/// <summary>
/// Fields of one line of a CSV file in the format of RFC 4180: separated by commas, and in quotes if they contain a comma or a quote,
/// which is doubled. Spaces belong to a field. A line break in a field is not supported.
/// </summary>
internal static class CsvFields
{
    /// <summary>Splits a line into its fields.</summary>
    /// <exception cref="HrmFormatException">Quotes that do not enclose a whole field; a carriage return.</exception>
    public static List<string> Split(string line, string file, int number)
    {
        if (line.Contains('\r', StringComparison.Ordinal))
        {
            throw new HrmFormatException("expected lines that end in LF or CRLF, got a carriage return within one", file, number);
        }

        var fields = new List<string>();
        var at = 0;
        do
        {
            fields.Add(at < line.Length && line[at] == '"' ? ReadQuoted(line, ref at, file, number) : ReadBare(line, ref at, file, number));
        }
        while (at++ < line.Length);

        return fields;
    }

    /// <summary>Writes a field, in quotes if it needs them.</summary>
    public static string Quote(string field) =>
        field.AsSpan().IndexOfAny(',', '"') < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string ReadBare(string line, ref int at, string file, int number)
    {
        var rest = line.AsSpan(at);
        var end = rest.IndexOf(',');
        var field = end < 0 ? rest : rest[..end];
        var quote = field.IndexOf('"');
        if (quote >= 0)
        {
            throw new HrmFormatException($"expected quotes around a whole field only, got one at character {at + quote + 1}", file, number);
        }

        at += field.Length;
        return field.ToString();
    }

    private static string ReadQuoted(string line, ref int at, string file, int number)
    {
        var opening = at++;
        var field = new StringBuilder();
        while (true)
        {
            var length = line.AsSpan(at).IndexOf('"');
            if (length < 0)
            {
                throw new HrmFormatException($"expected a quote that closes the one at character {opening + 1}, got the end of the line", file, number);
            }

            field.Append(line, at, length);
            at += length + 1;
            if (at == line.Length || line[at] == ',')
            {
                return field.ToString();
            }

            if (line[at] != '"')
            {
                throw new HrmFormatException($"expected a comma or the end of the line after a closing quote, got more text at character {at + 1}", file, number);
            }

            field.Append('"');
            at++;
        }
    }
}

/// <summary>Line of a file, without its line break; the first has the number 1.</summary>
internal readonly record struct PuzzleLine(int Number, string Text);

/// <summary>
/// Lines of a UTF-8 file, ended by LF or CRLF, in bounded memory: a line has at most 256 KiB. Errors name the file and line.
/// </summary>
internal static class PuzzleLines
{
    private const int MaximumLineBytes = 1 << 18;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Parses a line or value. An error is thrown, or given to <paramref name="skipped"/> if that is set; the result is then <see langword="null"/>.</summary>
    public static T? Try<T, TError>(Func<T> parse, Action<TError>? skipped)
        where T : class
        where TError : HrmException
    {
        try
        {
            return parse();
        }
        catch (TError error) when (skipped is not null)
        {
            skipped(error);
            return null;
        }
    }

    /// <summary>Streams the lines of a file, without their line breaks and a byte order mark.</summary>
    /// <exception cref="HrmFormatException">A line is too long or not UTF-8.</exception>
    /// <exception cref="HrmFileException">The file cannot be read.</exception>
    public static IEnumerable<PuzzleLine> Read(string path, Action<HrmFormatException>? skipped = null)
    {
        using var stream = HrmFileException.Guard(path, "could not be read", () => InputFile.OpenStream(path, bufferSize: 0));
        foreach (var line in Read(stream, path, skipped))
        {
            yield return line;
        }
    }

    /// <summary>Streams the lines that a stream contains, each as soon as its end has come.</summary>
    /// <param name="stream">The stream; not closed.</param>
    /// <param name="path">The name of the content, for errors.</param>
    /// <param name="skipped">Receives each line that is not UTF-8, which is then skipped; <see langword="null"/> to throw.</param>
    /// <inheritdoc cref="Read(string, Action{HrmFormatException}?)" path="/exception"/>
    public static IEnumerable<PuzzleLine> Read(Stream stream, string path, Action<HrmFormatException>? skipped = null)
    {
        var buffer = new byte[MaximumLineBytes + 2];
        var (start, end, number) = (0, 0, 1);
        while (true)
        {
            var length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var isEndedByCarriageReturn = length > 0 && buffer[start + length - 1] == '\r';
                var line = buffer.AsMemory(start, isEndedByCarriageReturn ? length - 1 : length);
                if (Try(() => Decode(line.Span, path, number), skipped) is { } text)
                {
                    yield return new PuzzleLine(number, text);
                }

                number++;
                start += length + 1;
                continue;
            }

            if (end - start > MaximumLineBytes + 1)
            {
                throw TooLong(path, number);
            }

            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            var read = HrmFileException.Guard(path, "could not be read", () => stream.Read(buffer.AsSpan(end)));
            if (read == 0)
            {
                break;
            }

            end += read;
        }

        if (end > 0 && Try(() => Decode(buffer.AsSpan(0, end), path, number), skipped) is { } rest)
        {
            yield return new PuzzleLine(number, rest);
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
}
