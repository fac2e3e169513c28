using System.Globalization;
using System.Text;
using System.Text.Json;
using Hrm.Benchmarks.Measuring;

namespace Hrm.Benchmarks.Numbers;

/// <summary>The table of numbers to hold, with where, when and how it was measured.</summary>
/// <param name="Machine">Where, on which commit and when.</param>
/// <param name="Command">The command that measured it.</param>
/// <param name="Settings">How thoroughly.</param>
/// <param name="Rows">The rows.</param>
internal sealed record NumberTable(MachineState Machine, string Command, NumberSettings Settings, IReadOnlyList<NumberRow> Rows)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the table as JSON.</summary>
    public void Write(string path)
    {
        var rows = Rows.Select(row => new
        {
            row.What,
            row.Measured,
            LowerQuartile = row.Spread?.Lower,
            UpperQuartile = row.Spread?.Upper,
            Bar = row.Bar?.ToString(),
            IsBarMet = IsMet(row, row.Bar),
            Goal = row.Goal?.ToString(),
            IsGoalMet = IsMet(row, row.Goal),
            row.Note,
            row.Failure,
        });
        File.WriteAllText(path, JsonSerializer.Serialize(new { Machine, Command, Settings, Rows = rows }, Json) + "\n");
    }

    /// <summary>The table in Markdown, with the machine below.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder("| what | measured | middle half | bar | | goal | | |\n|---|---|---|---|---|---|---|---|\n");
        foreach (var row in Rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {row.What} | {Number(row.Measured)} | {Spread(row)} | {row.Bar} | {Verdict(row, row.Bar)} | {row.Goal} | {Verdict(row, row.Goal)} | {row.Failure ?? row.Note} |\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"\n`{Command}` ({Settings}); {Machine}.\n").ToString();
    }

    private static bool? IsMet(NumberRow row, Bound? bound) => row.Measured is { } value ? bound?.IsMetBy(value) : null;

    private static string Number(double? value) => value is null ? "–" : string.Create(CultureInfo.InvariantCulture, $"{value:0.00}");

    private static string Spread(NumberRow row)
        => row.Spread is { } spread ? string.Create(CultureInfo.InvariantCulture, $"{spread.Lower:0.00} … {spread.Upper:0.00}") : "";

    private static string Verdict(NumberRow row, Bound? bound) => IsMet(row, bound) switch
    {
        true => "met",
        false => "**not met**",
        null => "",
    };
}
