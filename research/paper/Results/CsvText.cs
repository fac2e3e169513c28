namespace Hrm.Paper;

/// <summary>A table as CSV: numbers with a point, a spread as three columns.</summary>
internal static class CsvText
{
    private static readonly string[] OfSpread = ["mean", "least", "most"];

    public static string Of(ResultTable table)
    {
        // A column is one of spreads where its first row has one.
        var spreads = table.Columns.Select((_, i) => table.Rows[0][i].Numbers.Count > 0).ToArray();
        var header = table.Columns.SelectMany((column, i) => spreads[i] ? OfSpread.Select(part => $"{column}, {part}") : [column]);
        var rows = table.Rows.Select(row => row.SelectMany((cell, i) => spreads[i] ? cell.Numbers : [cell.Text]));
        return string.Concat(rows.Prepend(header).Select(row => string.Join(',', row.Select(Quote)) + "\n"));
    }

    private static string Quote(string text)
        => text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
