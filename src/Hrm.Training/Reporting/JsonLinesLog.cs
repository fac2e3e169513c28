using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hrm.Training;

/// <summary>Writes reports as JSON, one object per line; each is handed to the system before the next step.</summary>
/// <remarks>
/// Resuming from a checkpoint drops the lines of later steps, and a last line that a killed process left half-written. Except
/// for its times, the file of a resumed run equals that of an uninterrupted one.
/// </remarks>
public sealed class JsonLinesLog : ITrainingLog
{
    private const int MaxLineLength = 1 << 16;

    private readonly string _path;

    /// <summary>Creates a log. Its file and missing folders are created with the first report.</summary>
    /// <param name="path">The file; existing lines stay until <see cref="Rewind"/>.</param>
    public JsonLinesLog(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
    }

    /// <inheritdoc/>
    public void Write(TrainingReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var line = JsonSerializer.Serialize(
            new ReportLine(
                report.Kind == ReportKind.Training ? "training" : "evaluation",
                report.Step,
                Math.Round(report.Trained.TotalSeconds, 3),
                report.LearningRate,
                report.GradientNorm,
                report.StepsPerSecond,
                report.SegmentsPerSecond,
                report.Metrics),
            ReportJson.Default.ReportLine);
        Change(() =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(_path))!);
            File.AppendAllText(_path, line + "\n");
        });
    }

    /// <inheritdoc/>
    public void Rewind(long step) => Change(() =>
    {
        if (File.Exists(_path))
        {
            AtomicFile.Write(AtomicFile.FollowLinks(_path), stream =>
            {
                using var reader = new StreamReader(InputFile.OpenStream(_path));
                using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
                foreach (var line in Lines(reader))
                {
                    if (StepOf(line) is { } written && written <= step)
                    {
                        writer.WriteLine(line);
                    }
                }
            });
        }
    });

    private IEnumerable<string> Lines(StreamReader reader)
    {
        var line = new StringBuilder();
        for (var next = reader.Read(); next >= 0; next = reader.Read())
        {
            if (next == '\n')
            {
                yield return line.ToString().TrimEnd('\r');
                line.Clear();
            }
            else if (line.Length < MaxLineLength)
            {
                line.Append((char)next);
            }
            else
            {
                throw new HrmFileException(_path, $"expected lines of at most {MaxLineLength} characters, got a longer one");
            }
        }

        yield return line.ToString();
    }

    private static long? StepOf(string line)
    {
        if (line is not ['{', .., '}'])
        {
            // Most lines that are not reports, without the cost of an exception.
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(line, ReportJson.Default.ReportLine)!.Step;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The second if a name contains half of a surrogate pair.
            return null;
        }
    }

    private void Change(Action change) => HrmFileException.Guard(_path, "could not be written", change);

    internal sealed record ReportLine(
        string Kind,
        long Step,
        double Seconds,
        double LearningRate,
        double? GradientNorm,
        double StepsPerSecond,
        double SegmentsPerSecond,
        MetricAverages Metrics);
}

[JsonSourceGenerationOptions(
    MaxDepth = 8,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(JsonLinesLog.ReportLine))]
internal sealed partial class ReportJson : JsonSerializerContext;
