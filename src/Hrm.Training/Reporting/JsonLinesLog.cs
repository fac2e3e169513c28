using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hrm.Core;

namespace Hrm.Training;

/// <summary>Reports as JSON, one object a line; each is handed to the system before the next step.</summary>
/// <remarks>
/// Going on from a checkpoint drops the lines of later steps, so the file of a resumed run is that of the uninterrupted one
/// but for its times. A last line that a killed process left half-written is dropped too.
/// </remarks>
public sealed class JsonLinesLog : ITrainingLog
{
    private const int MaxLineLength = 1 << 16;

    private static readonly TrainingJson Json = new(new JsonSerializerOptions(TrainingJson.Default.Options)
    {
        WriteIndented = false,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    });

    private readonly string _path;

    /// <summary>Creates a log; its file, and a folder that is missing, are made with the first report.</summary>
    /// <param name="path">The file; lines that are there stay until <see cref="Rewind"/>.</param>
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
            Json.ReportLine);
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
            // Most of what is no report, without an exception for each line.
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 8 });
            return document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("step", out var step)
                && step.ValueKind == JsonValueKind.Number
                && step.TryGetInt64(out var value)
                ? value
                : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The second where a name has half of a surrogate pair in it.
            return null;
        }
    }

    private void Change(Action change)
    {
        try
        {
            change();
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw new HrmFileException(_path, "could not be written", exception);
        }
    }

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
