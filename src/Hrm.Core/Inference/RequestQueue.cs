using System.Diagnostics.CodeAnalysis;

namespace Hrm.Core;

/// <summary>The requests that wait for a place in the running batch, a bounded number, first come first served.</summary>
/// <remarks>
/// Knows whether somebody works on them: a worker is started for the first request, and leaves when it has waited in vain for
/// a while, so that a solver that nobody uses, or that somebody forgot to dispose, holds no thread. Its semaphores are never
/// disposed: that would cut off those whose wait is just being cancelled, and without wait handles there is nothing to free.
/// </remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Disposing them would hang those who wait.")]
internal sealed class RequestQueue
{
    private readonly Lock _gate = new();
    private readonly List<SolverRequest> _waiting = [];
    private readonly SemaphoreSlim _room;
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly CancellationTokenSource _closing = new();
    private readonly Action _startWorker;
    private readonly TimeSpan _idleTime;
    private bool _hasWorker;
    private bool _isClosed;

    public RequestQueue(int capacity, TimeSpan idleTime, Action startWorker)
    {
        _room = new SemaphoreSlim(capacity, capacity);
        _idleTime = idleTime;
        _startWorker = startWorker;
    }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Puts a request into the queue where there is room.</summary>
    /// <returns>Whether there was.</returns>
    /// <exception cref="ObjectDisposedException">The queue is closed.</exception>
    public bool TryAdd(SolverRequest request)
    {
        RequireOpen();
        if (!_room.Wait(0, CancellationToken.None) && !(DropsAny() && _room.Wait(0, CancellationToken.None)))
        {
            return false;
        }

        Add(request);
        return true;
    }

    /// <summary>Puts a request into the queue as soon as there is room; blocks until then, without a thread of the pool.</summary>
    /// <exception cref="ObjectDisposedException">The queue is closed, or was before there was room.</exception>
    public void AddBlocking(SolverRequest request)
    {
        RequireOpen();
        try
        {
            _room.Wait(_closing.Token);
        }
        catch (OperationCanceledException)
        {
            throw Closed();
        }

        Add(request);
    }

    /// <summary>Puts a request into the queue as soon as there is room.</summary>
    /// <exception cref="OperationCanceledException">Cancelled before there was.</exception>
    /// <exception cref="ObjectDisposedException">The queue is closed, or was before there was room.</exception>
    public async Task AddAsync(SolverRequest request, CancellationToken cancellationToken)
    {
        if (TryAdd(request))
        {
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        try
        {
            await _room.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Closed();
        }
        catch (OperationCanceledException)
        {
            throw new OperationCanceledException(cancellationToken);
        }

        Add(request);
    }

    /// <summary>Takes requests out, after those that are over were dropped.</summary>
    /// <param name="count">How many at most.</param>
    /// <param name="waits">Whether to wait for one; else there may be none.</param>
    /// <returns><see langword="null"/> where the worker has to leave: the queue is closed, or nothing came for a while.</returns>
    public SolverRequest[]? Take(int count, bool waits)
    {
        while (true)
        {
            lock (_gate)
            {
                var taken = _isClosed ? null : TakeNow(count);
                if (taken is null || taken.Length > 0 || !waits)
                {
                    return taken;
                }
            }

            if (!_arrived.Wait(_idleTime) && !StaysOn())
            {
                return null;
            }
        }
    }

    /// <summary>Refuses what comes from now on, and hands out what waits.</summary>
    public SolverRequest[] Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            SolverRequest[] rest = [.. _waiting];
            _waiting.Clear();
            _arrived.Release();
            _closing.Cancel();
            return rest;
        }
    }

    private void Add(SolverRequest request)
    {
        lock (_gate)
        {
            RequireOpen();
            RequireWorker();

            _waiting.Add(request);
            if (_arrived.CurrentCount == 0)
            {
                _arrived.Release();
            }
        }
    }

    private void RequireWorker()
    {
        if (_hasWorker)
        {
            return;
        }

        try
        {
            _startWorker();
            _hasWorker = true;
        }
        catch
        {
            // The system has no thread to give: the place that was taken is free again.
            _room.Release();
            throw;
        }
    }

    /// <summary>Frees the places of those that were given up while they waited.</summary>
    private bool DropsAny()
    {
        lock (_gate)
        {
            return Drop() > 0;
        }
    }

    private SolverRequest[] TakeNow(int count)
    {
        Drop();
        SolverRequest[] taken = [.. _waiting.Take(count)];
        _waiting.RemoveRange(0, taken.Length);
        Free(taken.Length);
        return taken;
    }

    /// <summary>Takes out those that were given up; for who holds the gate.</summary>
    private int Drop()
    {
        var dropped = _waiting.RemoveAll(request => request.IsOver);
        Free(dropped);
        return dropped;
    }

    private void Free(int places)
    {
        if (places > 0)
        {
            _room.Release(places);
        }
    }

    /// <summary>Whether something came after all while the worker made up its mind to leave.</summary>
    private bool StaysOn()
    {
        lock (_gate)
        {
            _hasWorker = _isClosed || _waiting.Count > 0;
            return _hasWorker;
        }
    }

    private void RequireOpen()
    {
        if (Volatile.Read(ref _isClosed))
        {
            throw Closed();
        }
    }

    private static ObjectDisposedException Closed() => new(nameof(HrmSolver));
}
