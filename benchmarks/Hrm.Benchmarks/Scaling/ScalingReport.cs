using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hrm.Benchmarks.Measuring;

namespace Hrm.Benchmarks.Scaling;

/// <summary>The sweeps as JSON, CSV and Markdown.</summary>
/// <param name="Machine">Where, on which commit and when.</param>
/// <param name="Command">The command.</param>
/// <param name="Rows">The points.</param>
internal sealed record ScalingReport(MachineState Machine, string Command, IReadOnlyList<SweepRow> Rows)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Writes <c>scaling.json</c>, <c>scaling.csv</c> and <c>scaling.md</c>.</summary>
    public void Write(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "scaling.json"), JsonSerializer.Serialize(this, Json) + "\n");
        var lines = Rows.Select(row => string.Create(CultureInfo.InvariantCulture, $"{row.Sweep},{row.Mode},{row.Value},{row.Milliseconds:0.###},{row.PeakMiB:0.#}"));
        File.WriteAllLines(Path.Combine(folder, "scaling.csv"), ["sweep,mode,value,milliseconds,peak_mib", .. lines]);
        File.WriteAllText(Path.Combine(folder, "scaling.md"), ToMarkdown());
    }

    /// <summary>Reads <c>scaling.json</c>.</summary>
    /// <exception cref="MeasurementException">There is none, or it is no such report.</exception>
    public static ScalingReport Read(string folder)
    {
        var path = Path.Combine(folder, "scaling.json");
        try
        {
            return JsonSerializer.Deserialize<ScalingReport>(File.ReadAllText(path), Json) ?? throw new JsonException("null");
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            throw new MeasurementException($"{path}: expected the report of an earlier run, got: {exception.Message}");
        }
    }

    /// <summary>A table for each sweep, with the machine below.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        foreach (var sweep in Sweep.All.Where(sweep => Rows.Any(row => row.Sweep == sweep.Name)))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {sweep.Axis} | segment, ms | MiB | one-step training step, ms | MiB | BPTT training step, ms | MiB |\n|---|---|---|---|---|---|---|\n");
            foreach (var point in Rows.Where(row => row.Sweep == sweep.Name).GroupBy(row => row.Value))
            {
                var cells = point.OrderBy(row => row.Mode).Select(row => $"{Cell(row.Milliseconds)} | {Cell(row.PeakMiB)}");
                text.Append(CultureInfo.InvariantCulture, $"| {point.Key} | {string.Join(" | ", cells)} |\n");
            }

            text.Append('\n');
        }

        return text.Append(CultureInfo.InvariantCulture, $"`{Command}`; {Machine}.\n").ToString();
    }

    private static string Cell(double? value) => value switch
    {
        null => "–",
        < 100 => string.Create(CultureInfo.InvariantCulture, $"{value:0.0}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:#,0}"),
    };
}
