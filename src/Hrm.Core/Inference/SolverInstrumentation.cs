using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Hrm.Core;

/// <summary>
/// What others can watch of a solver: the meter and the activity source <c>Hrm.Solver</c>, and a logger. What the solver counts
/// anyway is read when somebody collects it; a request pays for its activity and its duration alone.
/// </summary>
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
    private Exception? _lastError;
    private readonly Histogram<double> _duration;

    public SolverInstrumentation(IMeterFactory? meters, ILogger logger, TimeProvider time, Func<SolverStatistics> statistics)
    {
        // A factory disposes the meters that it made.
        _ownMeter = meters is null ? new Meter(Name) : null;
        var meter = _ownMeter ?? meters!.Create(Name);
        _logger = logger;
        _time = time;
        _rejected = meter.CreateCounter<long>("hrm.solver.rejected", "{puzzle}", "Puzzles refused because the queue was full.");
        _duration = meter.CreateHistogram("hrm.solver.duration", "s", "From the question to its end, the time in the queue included, and of a trace the time of its reader.", tags: null, Durations);
        meter.CreateObservableCounter("hrm.solver.puzzles", () => statistics().Solved, "{puzzle}", "Puzzles that got their answer.");
        meter.CreateObservableCounter("hrm.solver.segments", () => statistics().Segments, "{segment}", "Segments run.");
        meter.CreateObservableCounter(
            "hrm.solver.row_segments", () => statistics().RowSegments, "{segment}", "Segments run, each counted as often as it had puzzles.");
        meter.CreateObservableUpDownCounter<long>("hrm.solver.queue.length", () => statistics().Waiting, "{puzzle}", "Puzzles that wait for a place in the batch.");
        meter.CreateObservableUpDownCounter<long>("hrm.solver.batch.size", () => statistics().Running, "{puzzle}", "Puzzles in the running batch.");
    }

    /// <summary>Watches a request for an answer; it starts in the activity.</summary>
    public async Task<SolverAnswer> WatchAsync(Func<Task<SolverAnswer>> ask)
    {
        using var watch = Begin("solve");
        try
        {
            var answer = await ask().ConfigureAwait(false);
            watch.Answered(answer.Segments, answer.Reason);
            return answer;
        }
        catch (Exception error)
        {
            watch.Ended(error);
            throw;
        }
    }

    /// <summary>Watches a request for an answer that blocks.</summary>
    public SolverAnswer Watch(Func<SolverAnswer> ask) => Watch("solve", ask, static answer => (answer.Segments, answer.Reason));

    /// <summary>Watches a request for the answer after every segment that blocks until all are there.</summary>
    public IReadOnlyList<SegmentAnswer> Watch(Func<IReadOnlyList<SegmentAnswer>> ask)
        => Watch("trace", ask, static answers => (answers[^1].Segment, answers[^1].Reason));

    /// <summary>Watches a request for the answer after every segment.</summary>
    public async IAsyncEnumerable<SegmentAnswer> WatchAsync(
        IAsyncEnumerable<SegmentAnswer> trace,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var watch = Begin("trace");
        await using var answers = trace.GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(answers, watch).ConfigureAwait(false))
        {
            yield return answers.Current;
        }
    }

    public void Dispose()
    {
        _activities.Dispose();
        _ownMeter?.Dispose();
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<SegmentAnswer> answers, RequestWatch watch)
    {
        try
        {
            var isThere = await answers.MoveNextAsync().ConfigureAwait(false);
            if (isThere && answers.Current.IsFinal)
            {
                watch.Answered(answers.Current.Segment, answers.Current.Reason);
            }

            return isThere;
        }
        catch (Exception error)
        {
            watch.Ended(error);
            throw;
        }
    }

    private T Watch<T>(string kind, Func<T> ask, Func<T, (int Segments, HaltReason Reason)> end)
    {
        using var watch = Begin(kind);
        try
        {
            var answer = ask();
            var (segments, reason) = end(answer);
            watch.Answered(segments, reason);
            return answer;
        }
        catch (Exception error)
        {
            watch.Ended(error);
            throw;
        }
    }

    private RequestWatch Begin(string kind) => new(this, _activities.StartActivity(kind));

    /// <summary>Watches one request to its end; without a reported end the request counts as cancelled.</summary>
    private sealed class RequestWatch(SolverInstrumentation owner, Activity? activity) : IDisposable
    {
        private readonly long _start = owner._time.GetTimestamp();
        private string _outcome = "cancelled";
        private bool _isRecorded;

        public void Answered(int segments, HaltReason reason)
        {
            _outcome = "answered";
            activity?.SetTag("hrm.solver.segments", segments);
            activity?.SetTag("hrm.solver.reason", reason.ToString());
            Record();
        }

        public void Ended(Exception error)
        {
            if (error is SolverBusyException)
            {
                _outcome = "rejected";
                owner._rejected.Add(1);
                owner._logger.Rejected(error.Message);
            }
            else if (error is not (OperationCanceledException or ObjectDisposedException))
            {
                _outcome = "failed";
                LogOnce(error);
            }

            activity?.SetStatus(_outcome == "cancelled" ? ActivityStatusCode.Unset : ActivityStatusCode.Error, error.Message);
            Record();
        }

        public void Dispose()
        {
            activity?.SetTag("hrm.solver.outcome", _outcome);
            activity?.Dispose();
            Record();
        }

        /// <summary>A segment fails for every puzzle in it with the same error, which is logged once.</summary>
        private void LogOnce(Exception error)
        {
            if (Interlocked.Exchange(ref owner._lastError, error) != error)
            {
                owner._logger.Failed(error);
            }
        }

        /// <summary>Records the duration at the end of the request, which a reader of a trace may see later.</summary>
        private void Record()
        {
            if (!_isRecorded)
            {
                _isRecorded = true;
                owner._duration.Record(owner._time.GetElapsedTime(_start).TotalSeconds, new KeyValuePair<string, object?>("outcome", _outcome));
            }
        }
    }
}

/// <summary>The log messages of a solver.</summary>
internal static partial class SolverMessages
{
    [LoggerMessage(1, LogLevel.Information, "Loaded the model of {Folder} in {Milliseconds:F0} ms: {Parameters} parameters on {Device}")]
    public static partial void Loaded(this ILogger logger, string folder, double milliseconds, long parameters, string device);

    [LoggerMessage(2, LogLevel.Debug, "Refused a puzzle: {Problem}")]
    public static partial void Rejected(this ILogger logger, string problem);

    [LoggerMessage(3, LogLevel.Error, "A puzzle could not be solved")]
    public static partial void Failed(this ILogger logger, Exception error);
}
