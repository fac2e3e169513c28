using System.Text;

namespace Hrm.Puzzles;

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
