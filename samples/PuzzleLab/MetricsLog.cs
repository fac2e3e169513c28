using System.Text.Json;
using Hrm.Training;

namespace Hrm.Samples.PuzzleLab;

/// <summary>Metrics as JSON lines, flushed line by line.</summary>
internal sealed class MetricsLog : IDisposable
{
    private readonly StreamWriter _writer;

    public MetricsLog(string path)
    {
        try
        {
            _writer = new StreamWriter(path, append: false) { AutoFlush = true };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LabException($"{path}: {error.Message}");
        }
    }

    public void Write(string kind, long step, TimeSpan trained, MetricAverages metrics)
        => _writer.WriteLine(JsonSerializer.Serialize(new { kind, step, seconds = Math.Round(trained.TotalSeconds, 3), metrics }));

    public void Dispose() => _writer.Dispose();
}
