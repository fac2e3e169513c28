using System.Diagnostics;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>A line of training every few seconds; evaluations have a table of their own.</summary>
internal sealed class ConsoleProgress(IAnsiConsole console) : IProgress<TrainingReport>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Stopwatch _sinceLast = new();

    public void Report(TrainingReport value)
    {
        if (value.Kind != ReportKind.Training || (_sinceLast.IsRunning && _sinceLast.Elapsed < Interval && value.Step < value.TotalSteps))
        {
            return;
        }

        _sinceLast.Restart();
        var metrics = value.Metrics;
        console.WriteLine(
            $"step {value.Step,6}/{value.TotalSteps}  {value.Trained:hh\\:mm\\:ss}  left {value.TimeLeft:hh\\:mm\\:ss}  {value.SegmentsPerSecond,5:F0} segments/s  loss {metrics.TokenLoss:F3}  accuracy {metrics.Accuracy:P1}  exact {metrics.ExactAccuracy:P1}  halting after {metrics.Segments:F2}");
    }
}
