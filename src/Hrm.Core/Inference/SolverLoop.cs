using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>The one thread that runs a solver's batch, and everything of libtorch with it.</summary>
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

    /// <summary>Whether a thread is there.</summary>
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

    /// <summary>Puts a request into the queue.</summary>
    /// <exception cref="SolverBusyException">The queue is full.</exception>
    /// <exception cref="ObjectDisposedException">The solver is disposed.</exception>
    public void Add(SolverRequest request)
    {
        RequireOtherThread();
        if (!_queue.TryAdd(request))
        {
            var waiting = _queue.Count;
            throw new SolverBusyException(waiting, RetryAfter(waiting));
        }
    }

    /// <summary>Puts a request into the queue as soon as there is room.</summary>
    public Task AddAsync(SolverRequest request, CancellationToken cancellationToken)
    {
        RequireOtherThread();
        return _queue.AddAsync(request, cancellationToken);
    }

    /// <summary>Puts a request into the queue as soon as there is room; blocks until then.</summary>
    public void AddBlocking(SolverRequest request)
    {
        RequireOtherThread();
        _queue.AddBlocking(request);
    }

    /// <summary>Throws on the solver's own thread, which would wait for itself: a halting policy, a module or an observer that calls the solver.</summary>
    /// <exception cref="InvalidOperationException">This is the solver's thread.</exception>
    public void RequireOtherThread()
    {
        if (Thread.CurrentThread == _thread)
        {
            throw new InvalidOperationException(
                "HrmSolver: expected a call from another thread, got one from the solver's own (a halting policy, module or observer that it runs), which would wait for itself.");
        }
    }

    /// <summary>Stops the thread after the segment that it runs. For one caller at a time.</summary>
    public void Dispose()
    {
        var error = new ObjectDisposedException(nameof(HrmSolver));
        FailAll(_queue.Close(), error);
        _thread?.Join();
        FailAll(_batch.Rows, error);
        _batch.Dispose();
        Count(solved: 0, TimeSpan.Zero);
    }

    private void StartThread()
    {
        var thread = new Thread(Work) { IsBackground = true, Name = "Hrm solver" };

        // What the first caller holds in its execution context is not the solver's.
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
            // Whatever it was, those who wait for this batch have to see it, and those who come later may fare better.
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

    /// <summary>The time that those who wait will take at the pace so far.</summary>
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
