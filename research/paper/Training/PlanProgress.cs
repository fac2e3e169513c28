using System.Diagnostics;
using System.Globalization;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Paper;

/// <summary>A line of a training every few seconds, with the time that is left for it and for all.</summary>
internal sealed class PlanProgress(string name, string folder, WorkClock clock, IAnsiConsole console) : IProgress<TrainingReport>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly Stopwatch _sinceLast = Stopwatch.StartNew();

    public void Report(TrainingReport value)
    {
        if (value.Kind != ReportKind.Training || (_sinceLast.Elapsed < Interval && value.Step < value.TotalSteps))
        {
            return;
        }

        _sinceLast.Restart();
        var left = value.TimeLeft;
        var all = clock.TimeLeft(folder, value.Trained, left);
        console.WriteLine($"{name}: {value.Step}/{value.TotalSteps}, exact {value.Metrics.ExactAccuracy:P0}, left {Text(left)}, all {clock.Count} {Text(all)}");
    }

    private static string Text(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time:mm\\:ss}");
}
