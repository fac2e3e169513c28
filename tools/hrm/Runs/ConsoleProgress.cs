using System.Diagnostics;
using Hrm.Training;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Writes a line about the training every ten seconds; evaluations have their own table.</summary>
internal sealed class ConsoleProgress(IAnsiConsole console, string prefix = "") : IProgress<TrainingReport>
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
            $"{prefix}step {value.Step,6}/{value.TotalSteps}  {value.Trained:hh\\:mm\\:ss}  left {value.TimeLeft:hh\\:mm\\:ss}  {value.SegmentsPerSecond,5:F0} segments/s  loss {metrics.TokenLoss:F3}  accuracy {metrics.Accuracy:P1}  exact {metrics.ExactAccuracy:P1}  halting after {metrics.Segments:F2}");
    }
}

/// <summary>Writes the messages of a training run except its reports, which have their own lines; warnings and errors go to the standard error.</summary>
internal sealed class ConsoleLogger(IAnsiConsole console) : ILogger
{
    private const int ReportEvent = 9;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel) || eventId.Id == ReportEvent)
        {
            return;
        }

        var text = formatter(state, exception);
        if (logLevel >= LogLevel.Warning)
        {
            CommandLine.Warn(text);
        }
        else
        {
            console.WriteLine(text);
        }
    }
}
