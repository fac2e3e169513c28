namespace Hrm.Core;

/// <summary>The threads that run a solver's batches and all their work, one for each batch.</summary>
/// <remarks>
/// Batches that run side by side share libtorch's threads, because libtorch loses time whenever its threads wait for each other. A single
/// one uses all of them if its products are large. GNU's threads sleep at once if the process has more of them than cores, as it has
/// when another thread has used libtorch before: one puzzle of preset small then took 43 ms with two threads, 20 with one.
/// </remarks>
internal sealed class SolverLoop : IDisposable
{
    private static readonly TimeSpan ShortestRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly RequestQueue _queue;
    private readonly RunningBatch<SolverRequest>[] _batches;
    private readonly Thread?[] _threads; // by the index of their batch
    private readonly TimeProvider _time;
    private long _solved;
    private TimeSpan _busy;

    public SolverLoop(ISegmentModel model, SolverOptions options, TimeProvider time, TimeSpan idleTime)
    {
        _time = time;
        var batches = options.RunningBatches > 0 ? options.RunningBatches : model.DefaultBatches;
        _batches = [.. Enumerable.Range(0, batches).Select(_ => new RunningBatch<SolverRequest>(model, time))];
        _threads = new Thread[batches];
        _queue = new RequestQueue(options.MaxQueueLength, batches, options.MaxBatchSize, idleTime, StartThread);
    }

    /// <summary>Whether a thread exists.</summary>
    public bool IsAwake => _threads.Any(thread => thread is { IsAlive: true });

    public SolverStatistics Statistics
    {
        get
        {
            lock (_gate)
            {
                return new SolverStatistics(
                    _solved,
                    _batches.Sum(batch => batch.Segments),
                    _batches.Sum(batch => batch.RowSegments),
                    _batches.Sum(batch => batch.Rows.Count),
                    _queue.Count);
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
    /// <exception cref="InvalidOperationException">This is a thread of the solver.</exception>
    public void RequireOtherThread()
    {
        if (_threads.Contains(Thread.CurrentThread))
        {
            throw new InvalidOperationException(
                "HrmSolver: expected a call from another thread, got one from the solver's own (a halting policy, module or observer that it runs), which would wait for itself.");
        }
    }

    /// <summary>Stops the threads after their current segments. For one caller at a time.</summary>
    public void Dispose()
    {
        var error = new ObjectDisposedException(nameof(HrmSolver));
        FailAll(_queue.Close(), error);
        foreach (var thread in _threads)
        {
            thread?.Join();
        }

        foreach (var batch in _batches)
        {
            FailAll(batch.Rows, error);
            batch.Dispose();
        }
    }

    private bool TryAdd(SolverRequest request, bool rejects)
    {
        RequireOtherThread();
        var isAdded = _queue.TryAdd(request);
        return isAdded || !rejects ? isAdded : throw new SolverBusyException(_queue.Count, RetryAfter(_queue.Count));
    }

    private void StartThread(int batch)
    {
        var thread = new Thread(() => Work(batch)) { IsBackground = true, Name = "Hrm solver" };

        // The solver must not keep the execution context of its first caller.
        thread.UnsafeStart();
        _threads[batch] = thread;
    }

    private void Work(int index)
    {
        var batch = _batches[index];
        while (_queue.Take(index, batch.Rows.Count) is { } coming)
        {
            foreach (var request in coming)
            {
                batch.Add(request);
            }

            RunSegment(batch);
            batch.Remove(request => request.IsOver);
        }
    }

    private void RunSegment(RunningBatch<SolverRequest> batch)
    {
        var start = _time.GetTimestamp();
        SolverRequest[] running = [.. batch.Rows];
        try
        {
            var ran = batch.RunSegment(_queue.RunningBatches);
            lock (_gate)
            {
                _solved += ran.Count(request => request.Reason != HaltReason.None);
                _busy += _time.GetElapsedTime(start);
            }

            foreach (var request in ran)
            {
                request.Report();
            }
        }
        catch (Exception error)
        {
            // Every request of this segment gets the error; later requests may succeed.
            batch.Clear();
            FailAll(running, error);
        }
    }

    /// <summary>Estimates how long the waiting requests will take at the speed so far.</summary>
    private TimeSpan RetryAfter(int waiting)
    {
        lock (_gate)
        {
            var estimate = _solved == 0 ? ShortestRetry : _busy / _solved * waiting / Math.Max(1, _queue.RunningBatches);
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
