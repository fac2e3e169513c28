using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Hrm.Core;

/// <summary>Metrics, traces and logs of a solver: the meter and the activity source <c>Hrm.Solver</c>, and a logger.</summary>
internal sealed class SolverInstrumentation : IDisposable
{
    public const string Name = "Hrm.Solver";

    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    private readonly ActivitySource _activities = new(Name);
    private readonly Meter? _ownMeter;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Counter<long> _rejected;
    private readonly Histogram<double> _duration;
    private Exception? _lastError;

    public SolverInstrumentation(IMeterFactory? meters, ILogger logger, TimeProvider time, Func<SolverStatistics> statistics)
    {
        // A factory disposes the meters that it created.
        _ownMeter = meters is null ? new Meter(Name) : null;
        var meter = _ownMeter ?? meters!.Create(Name);
        _logger = logger;
        _time = time;
        _rejected = meter.CreateCounter<long>("hrm.solver.rejected", "{puzzle}", "Puzzles rejected because the queue was full.");
        _duration = meter.CreateHistogram("hrm.solver.duration", "s", "From the request to its end, including the time in the queue and the time of a trace's reader.", tags: null, Durations);
        meter.CreateObservableCounter("hrm.solver.puzzles", () => statistics().Solved, "{puzzle}", "Answered puzzles.");
        meter.CreateObservableCounter("hrm.solver.segments", () => statistics().Segments, "{segment}", "Segments run.");
        meter.CreateObservableCounter("hrm.solver.row_segments", () => statistics().RowSegments, "{segment}", "Segments run, each counted once per puzzle in it.");
        meter.CreateObservableUpDownCounter<long>("hrm.solver.queue.length", () => statistics().Waiting, "{puzzle}", "Puzzles in the queue.");
        meter.CreateObservableUpDownCounter<long>("hrm.solver.batch.size", () => statistics().Running, "{puzzle}", "Puzzles in the running batches.");
    }

    /// <summary>Starts to watch a request; disposing the result records how the request ended.</summary>
    public RequestWatch Begin(string kind, SolverRequest request) => new(this, _activities.StartActivity(kind), request);

    public void Dispose()
    {
        _activities.Dispose();
        _ownMeter?.Dispose();
    }

    /// <summary>Watches one request to its end.</summary>
    internal sealed class RequestWatch(SolverInstrumentation owner, Activity? activity, SolverRequest request) : IDisposable
    {
        private readonly long _start = owner._time.GetTimestamp();

        public void Dispose()
        {
            var error = request.Answered.Exception?.InnerException;
            var outcome = error switch
            {
                null => request.Answered.IsCompleted ? "answered" : "cancelled",
                SolverBusyException => "rejected",
                OperationCanceledException or ObjectDisposedException => "cancelled",
                _ => "failed",
            };
            owner._duration.Record(owner._time.GetElapsedTime(_start).TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));
            if (outcome == "answered")
            {
                activity?.SetTag("hrm.solver.segments", request.Segments);
                activity?.SetTag("hrm.solver.reason", request.Reason.ToString());
            }
            else if (outcome != "cancelled")
            {
                owner.Log(error!);
                activity?.SetStatus(ActivityStatusCode.Error, error!.Message);
            }

            activity?.SetTag("hrm.solver.outcome", outcome);
            activity?.Dispose();
        }
    }

    /// <summary>Logs a rejection or a failure. A segment fails for every puzzle in it with the same error, which is logged once.</summary>
    private void Log(Exception error)
    {
        if (error is SolverBusyException)
        {
            _rejected.Add(1);
            _logger.Rejected(error.Message);
        }
        else if (Interlocked.Exchange(ref _lastError, error) != error)
        {
            _logger.Failed(error);
        }
    }
}

/// <summary>The log messages of a solver.</summary>
internal static partial class SolverMessages
{
    [LoggerMessage(1, LogLevel.Information, "Loaded the model of {Folder} in {Milliseconds:F0} ms: {Parameters} parameters on {Device}")]
    public static partial void Loaded(this ILogger logger, string folder, double milliseconds, long parameters, string device);

    [LoggerMessage(2, LogLevel.Debug, "Rejected a puzzle: {Problem}")]
    public static partial void Rejected(this ILogger logger, string problem);

    [LoggerMessage(3, LogLevel.Error, "A puzzle could not be solved")]
    public static partial void Failed(this ILogger logger, Exception error);
}
