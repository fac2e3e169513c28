using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hrm.Core;

/// <summary>The observers of a solver.</summary>
/// <param name="Solver">The name of the solver in metrics and traces; <see langword="null"/> for none.</param>
/// <param name="Logger">Receives what happens; <see langword="null"/> for none.</param>
/// <param name="Meters">Creates the meter; by default the solver does.</param>
internal sealed record SolverObservers(string? Solver = null, ILogger? Logger = null, IMeterFactory? Meters = null);

/// <summary>Metrics, traces and logs of a solver: the meter and the activity source <c>Hrm.Solver</c>, and a logger.</summary>
/// <remarks>Everything has the tag <c>hrm.model.name</c>, and <c>hrm.solver.name</c> if the solver has a name.</remarks>
internal sealed class SolverInstrumentation : IDisposable
{
    public const string Name = "Hrm.Solver";

    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    private readonly ActivitySource _activities = new(Name);
    private readonly Meter? _ownMeter;
    private readonly string? _solver;
    private readonly TimeProvider _time;
    private readonly Func<IReadOnlyDictionary<string, SolverStatistics>?> _statistics;
    private readonly Counter<long> _rejected;
    private readonly Histogram<double> _duration;
    private Exception? _lastError;

    /// <summary>Creates the instruments. <paramref name="statistics"/> returns the counts by model, <see langword="null"/> if the solver is forgotten.</summary>
    public SolverInstrumentation(SolverObservers observers, TimeProvider time, Func<IReadOnlyDictionary<string, SolverStatistics>?> statistics)
    {
        // A factory disposes the meters that it created.
        _ownMeter = observers.Meters is null ? new Meter(Name) : null;
        var meter = _ownMeter ?? observers.Meters!.Create(Name);
        Logger = observers.Logger ?? NullLogger.Instance;
        _solver = observers.Solver;
        _time = time;
        _statistics = statistics;
        _rejected = meter.CreateCounter<long>("hrm.solver.rejected", "{puzzle}", "Puzzles rejected because the queue was full.");
        _duration = meter.CreateHistogram("hrm.solver.duration", "s", "From the request to its end, including the time in the queue and the time of a trace's reader.", tags: null, Durations);
        meter.CreateObservableCounter("hrm.solver.puzzles", () => Measure(counts => counts.Solved), "{puzzle}", "Answered puzzles.");
        meter.CreateObservableCounter("hrm.solver.segments", () => Measure(counts => counts.Segments), "{segment}", "Segments run.");
        meter.CreateObservableCounter("hrm.solver.row_segments", () => Measure(counts => counts.RowSegments), "{segment}", "Segments run, each counted once per puzzle in it.");
        meter.CreateObservableUpDownCounter("hrm.solver.queue.length", () => Measure(counts => counts.Waiting), "{puzzle}", "Puzzles in the queue.");
        meter.CreateObservableUpDownCounter("hrm.solver.batch.size", () => Measure(counts => counts.Running), "{puzzle}", "Puzzles in the running batches.");
    }

    public ILogger Logger { get; }

    /// <summary>Starts to watch a request; disposing the result records how the request ended.</summary>
    public RequestWatch Begin(string kind, SolverRequest request) => new(
        this,
        _activities.HasListeners() ? _activities.StartActivity(kind, ActivityKind.Internal, parentContext: default, Tags(request.Model.Name)) : null,
        request);

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
            var tags = owner.Tags(request.Model.Name);
            var error = request.Answered.Exception?.InnerException;
            var outcome = error switch
            {
                null => request.Answered.IsCompleted ? "answered" : "cancelled",
                SolverBusyException => "rejected",
                OperationCanceledException or ObjectDisposedException => "cancelled",
                _ => "failed",
            };
            if (error is SolverBusyException)
            {
                owner._rejected.Add(1, tags);
            }

            tags.Add("outcome", outcome);
            owner._duration.Record(owner._time.GetElapsedTime(_start).TotalSeconds, tags);
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

    private TagList Tags(string model)
    {
        var tags = new TagList { { "hrm.model.name", model } };
        if (_solver is not null)
        {
            tags.Add("hrm.solver.name", _solver);
        }

        return tags;
    }

    private IEnumerable<Measurement<long>> Measure(Func<SolverStatistics, long> count)
        => _statistics()?.Select(model => new Measurement<long>(count(model.Value), Tags(model.Key))) ?? [];

    /// <summary>Logs a rejection or a failure. A segment fails for every puzzle in it with the same error, which is logged once.</summary>
    private void Log(Exception error)
    {
        if (error is SolverBusyException)
        {
            Logger.Rejected(error.Message);
        }
        else if (Interlocked.Exchange(ref _lastError, error) != error)
        {
            Logger.Failed(error);
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

    [LoggerMessage(4, LogLevel.Information, "New puzzles go to the model {Model} instead of {Before}")]
    public static partial void Swapped(this ILogger logger, string model, string before);

    [LoggerMessage(5, LogLevel.Error, "The solver {Solver} could not be loaded")]
    public static partial void LoadFailed(this ILogger logger, Exception error, string solver);
}
