using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hrm.Benchmarks.Measuring;

namespace Hrm.Benchmarks.Ratios;

/// <summary>Table of numbers to hold.</summary>
/// <param name="Machine">Machine, commit and date.</param>
/// <param name="Command">Command that measured it.</param>
/// <param name="Rows">The rows.</param>
internal sealed record RatioTable(MachineState Machine, string Command, IReadOnlyList<RatioRow> Rows)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Formats the table as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json) + "\n";

    /// <summary>Formats the table in Markdown with the machine below it.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder("| what | measured | quartiles | bar | | |\n|---|---|---|---|---|---|\n");
        foreach (var row in Rows)
        {
            var quartiles = row.LowerQuartile is null ? "" : $"{row.LowerQuartile:0.00} … {row.UpperQuartile:0.00}";
            text.Append(CultureInfo.InvariantCulture, $"| {row.What} | {row.Measured:0.00} | {quartiles} | {row.Bar} | {Verdict(row)} | {row.Failure ?? row.Note} |\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"\n`{Command}`; {Machine}.\n").ToString();
    }

    private static string Verdict(RatioRow row) => row.Measured is { } value && row.Bar is { } bar ? (bar.IsMetBy(value) ? "met" : "**not met**") : "";
}
