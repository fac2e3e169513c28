using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>The thread that runs a solver's batch and all its libtorch work.</summary>
internal sealed class SolverLoop : IDisposable
{
    private static readonly TimeSpan ShortestRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly RequestQueue _queue;
    private readonly RunningBatch<SolverRequest> _batch;
    private readonly TimeProvider _time;
    private readonly int _maxBatchSize;
    private Thread? _thread;
    private SolverStatistics _statistics;
    private TimeSpan _busy;

    public SolverLoop(HrmModel model, SolverOptions options, TimeProvider time, TimeSpan idleTime)
    {
        _time = time;
        _maxBatchSize = options.MaxBatchSize;
        _queue = new RequestQueue(options.MaxQueueLength, idleTime, StartThread);
        _batch = new RunningBatch<SolverRequest>(model, time);
    }

    /// <summary>Whether the thread exists.</summary>
    public bool IsAwake => _thread is { IsAlive: true };

    public SolverStatistics Statistics
    {
        get
        {
            lock (_gate)
            {
                return _statistics with { Waiting = _queue.Count };
            }
        }
    }

    /// <summary>Adds a request to the queue; blocks until there is room.</summary>
    /// <exception cref="SolverBusyException">The queue is full, and <paramref name="rejects"/> is set.</exception>
    /// <exception cref="ObjectDisposedException">The solver is disposed.</exception>
    public void Add(SolverRequest request, bool rejects)
    {
        if (!TryAdd(request, rejects))
        {
            _queue.AddBlocking(request);
        }
    }

    /// <summary>Adds a request to the queue as soon as there is room.</summary>
    /// <inheritdoc cref="Add" path="/param|/exception"/>
    public Task AddAsync(SolverRequest request, bool rejects, CancellationToken cancellationToken)
        => TryAdd(request, rejects) ? Task.CompletedTask : _queue.AddAsync(request, cancellationToken);

    /// <summary>Throws if a halting policy, module or observer calls the solver on the solver's own thread: the call would wait for itself.</summary>
    /// <exception cref="InvalidOperationException">This is the solver's thread.</exception>
    public void RequireOtherThread()
    {
        if (Thread.CurrentThread == _thread)
        {
            throw new InvalidOperationException(
                "HrmSolver: expected a call from another thread, got one from the solver's own (a halting policy, module or observer that it runs), which would wait for itself.");
        }
    }

    /// <summary>Stops the thread after the current segment. For one caller at a time.</summary>
    public void Dispose()
    {
        var error = new ObjectDisposedException(nameof(HrmSolver));
        FailAll(_queue.Close(), error);
        _thread?.Join();
        FailAll(_batch.Rows, error);
        _batch.Dispose();
        Count(solved: 0, TimeSpan.Zero);
    }

    private bool TryAdd(SolverRequest request, bool rejects)
    {
        RequireOtherThread();
        var isAdded = _queue.TryAdd(request);
        return isAdded || !rejects ? isAdded : throw new SolverBusyException(_queue.Count, RetryAfter(_queue.Count));
    }

    private void StartThread()
    {
        var thread = new Thread(Work) { IsBackground = true, Name = "Hrm solver" };

        // The solver must not keep the execution context of its first caller.
        thread.UnsafeStart();
        _thread = thread;
    }

    private void Work()
    {
        while (_queue.Take(_maxBatchSize - _batch.Rows.Count, waits: _batch.Rows.Count == 0) is { } coming)
        {
            foreach (var request in coming)
            {
                _batch.Add(request);
            }

            _batch.Remove(request => request.IsOver);
            if (_batch.Rows.Count > 0)
            {
                RunSegment();
            }
            else
            {
                Count(solved: 0, TimeSpan.Zero);
            }
        }
    }

    private void RunSegment()
    {
        using var scope = NewDisposeScope();
        var start = _time.GetTimestamp();
        SolverRequest[] running = [.. _batch.Rows];
        try
        {
            var ran = _batch.RunSegment();
            Count(ran.Count(request => request.Reason != HaltReason.None), _time.GetElapsedTime(start));
            foreach (var request in ran)
            {
                request.Report();
            }
        }
        catch (Exception error)
        {
            // Every request of this segment gets the error; later requests may succeed.
            FailAll(running, error);
            _batch.Clear();
            Count(solved: 0, TimeSpan.Zero);
        }
    }

    private void Count(int solved, TimeSpan elapsed)
    {
        lock (_gate)
        {
            _busy += elapsed;
            _statistics = new SolverStatistics(_statistics.Solved + solved, _batch.Segments, _batch.RowSegments, _batch.Rows.Count, Waiting: 0);
        }
    }

    /// <summary>Estimates how long the waiting requests will take at the speed so far.</summary>
    private TimeSpan RetryAfter(int waiting)
    {
        lock (_gate)
        {
            var estimate = _statistics.Solved == 0 ? ShortestRetry : _busy / _statistics.Solved * waiting;
            return TimeSpan.FromTicks(Math.Clamp(estimate.Ticks, ShortestRetry.Ticks, LongestRetry.Ticks));
        }
    }

    private static void FailAll(IEnumerable<SolverRequest> requests, Exception error)
    {
        foreach (var request in requests)
        {
            request.Fail(error);
        }
    }
}
