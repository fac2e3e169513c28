using System.Globalization;
using System.Text;
using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Common file format of the paper's Sudoku and maze datasets: UTF-8 with or without a byte order mark, LF or CRLF, fields of
/// <see cref="CsvFields"/>, and a header that names the columns in any order: question and answer, and optionally source and
/// rating. Other columns are ignored.
/// </summary>
internal static class PuzzleCsv
{
    public const string Header = "source,question,answer,rating";
    public const string Question = "question";
    public const string Answer = "answer";

    private const string Rating = "rating";

    // Without surrounding spaces, because nothing in the file is trimmed.
    private const NumberStyles PlainNumber = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>The names of the four columns in common files.</summary>
    private static readonly string[][] Names = [["source"], [Question, "puzzle", "quizzes", "quiz"], [Answer, "solution", "solutions"], [Rating, "difficulty"]];

    /// <summary>Streams the rows; a file without a row is an error.</summary>
    /// <exception cref="HrmFormatException">An error of format; names line and column.</exception>
    /// <exception cref="HrmFileException">The file cannot be read.</exception>
    public static IEnumerable<PuzzleCsvRow> ReadRows(string path)
    {
        int[]? columns = null;
        var (fields, number) = (0, 0);
        foreach (var line in PuzzleLines.Read(path))
        {
            number++;
            if (columns is null)
            {
                columns = ReadHeader(line, path, out fields);
                continue;
            }

            yield return ParseRow(line, columns, fields, path, number);
        }

        if (number < 2)
        {
            throw new HrmFormatException(number == 0
                ? $"expected the header '{Header}', got an empty file"
                : "expected at least one puzzle after the header, got the end of the file", path, number + 1);
        }
    }

    /// <summary>Writes the rows to a temporary file, flushes it to disk and renames it.</summary>
    /// <exception cref="HrmFormatException">A source contains a line break, a rating is negative or not a number, or there is no row.</exception>
    /// <exception cref="HrmFileException">The file cannot be written.</exception>
    public static void WriteRows(string path, IEnumerable<PuzzleCsvRow> rows)
    {
        try
        {
            AtomicFile.Write(AtomicFile.FollowLinks(path), stream =>
            {
                using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
                WriteRows(writer, path, rows);
            });
        }
        catch (HrmFileException e)
        {
            throw new HrmFileException(path, "could not be written", e.InnerException ?? e);
        }
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
    private static int[] ReadHeader(string header, string path, out int count)
    {
        var names = CsvFields.Split(header, path, 1);
        count = names.Count;
        var columns = Array.ConvertAll(Names, known => names.FindIndex(name => known.Contains(name, StringComparer.OrdinalIgnoreCase)));
        var isTwice = names.Count(name => Array.Exists(Names, known => known.Contains(name, StringComparer.OrdinalIgnoreCase))) > columns.Count(column => column >= 0);
        return columns[1] >= 0 && columns[2] >= 0 && !isTwice
            ? columns
            : throw new HrmFormatException(
                $"expected a header that names the columns {Question} (or puzzle, quizzes) and {Answer} (or solution, solutions), each column once, got {Quote.Text(header)}", path, 1);
    }

    private static PuzzleCsvRow ParseRow(string line, int[] columns, int count, string path, int number)
    {
        var fields = CsvFields.Split(line, path, number);
        if (fields.Count != count)
        {
            throw new HrmFormatException($"expected {count} fields, as the header has, got {fields.Count}: {Quote.Text(line)}", path, number);
        }

        return new PuzzleCsvRow(number, Field(0), Field(1), Field(2), ParseRating(Field(3), path, number));

        string Field(int column) => columns[column] < 0 ? string.Empty : fields[columns[column]];
    }

    private static double? ParseRating(string text, string path, int line)
    {
        if (text.Length == 0)
        {
            return null;
        }

        if (double.TryParse(text, PlainNumber, CultureInfo.InvariantCulture, out var rating) && IsRating(rating))
        {
            return rating;
        }

        throw new HrmFormatException($"expected a number of at least 0, or nothing, got {Quote.Text(text)}", path, line, Rating);
    }

    private static bool IsRating(double rating) => double.IsFinite(rating) && rating >= 0;
}

/// <summary>Row of a puzzle file, before its columns are read as a puzzle.</summary>
internal readonly record struct PuzzleCsvRow(int Line, string Source, string Question, string Answer, double? Rating);
