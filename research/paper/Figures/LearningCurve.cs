using System.Text.Json;

namespace Hrm.Paper;

/// <summary>How test accuracy rose during training, out of the logs of the runs.</summary>
internal static class LearningCurve
{
    /// <summary>The evaluations of the models of one plan, joined over the seeds.</summary>
    public static IReadOnlyList<Point> Of(IReadOnlyList<TrainedModel> models)
        => [.. models.SelectMany(Read)
            .GroupBy(row => row.Step)
            .OrderBy(rows => rows.Key)
            .Select(rows => new Point(rows.Key, rows.Average(row => row.Seconds), Spread.Of(rows.Select(row => row.Exact))))];

    private static IEnumerable<(long Step, double Seconds, double Exact)> Read(TrainedModel model)
    {
        foreach (var line in File.ReadLines(new RunFolder(model.Folder).MetricsPath))
        {
            using var row = JsonDocument.Parse(line);
            if (row.RootElement.GetProperty("kind").GetString() == "evaluation")
            {
                yield return (
                    row.RootElement.GetProperty("step").GetInt64(),
                    row.RootElement.GetProperty("seconds").GetDouble(),
                    100 * row.RootElement.GetProperty("metrics").GetProperty("exact_accuracy").GetDouble());
            }
        }
    }

    /// <summary>One evaluation.</summary>
    /// <param name="Step">After how many steps.</param>
    /// <param name="Seconds">After how much training, mean of the seeds.</param>
    /// <param name="Exact">Exact answers in percent.</param>
    internal sealed record Point(long Step, double Seconds, Spread Exact);
}
