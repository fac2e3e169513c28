namespace Hrm.Samples.PuzzleLab;

/// <summary>A table as CSV (RFC 4180).</summary>
internal static class CsvText
{
    public static string Of(ResultTable table)
        => string.Concat(table.Rows.Prepend(table.Columns).Select(row => string.Join(',', row.Select(Cell)) + "\n"));

    private static string Cell(string text)
        => text.AsSpan().IndexOfAny(",\"\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
