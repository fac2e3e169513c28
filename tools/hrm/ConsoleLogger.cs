using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Shows the messages of a training run except its reports, which have lines of their own; warnings and errors go to the standard error.</summary>
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
            CommandLine.Errors.MarkupLineInterpolated($"[yellow]{text}[/]");
        }
        else
        {
            console.WriteLine(text);
        }
    }
}
