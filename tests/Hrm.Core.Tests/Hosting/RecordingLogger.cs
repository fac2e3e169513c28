using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Hrm.Core.Tests;

/// <summary>Records every entry above the level of debugging.</summary>
internal sealed class RecordingLogger : ILogger<HrmSolver>
{
    public ConcurrentQueue<(LogLevel Level, string Message, Exception? Error)> Entries { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel > LogLevel.Debug;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        => Entries.Enqueue((logLevel, formatter(state, exception), exception));
}
