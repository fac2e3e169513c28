using System.Diagnostics.CodeAnalysis;

namespace Hrm.Core;

/// <summary>The requests that wait for a place in the running batch: a bounded queue, first in, first out.</summary>
/// <remarks>
/// Starts a worker for the first request. The worker leaves after waiting in vain for a while, so an idle or forgotten solver holds no
/// thread. A bounded <c>Channel</c> cannot remove cancelled requests, block without a thread of the pool, or let a worker leave and a
/// request arrive as one step. The semaphores are never disposed: that would leave cancelled waits hanging, and without wait handles
/// there is nothing to free.
/// </remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Waiting callers would hang.")]
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

    /// <summary>Adds a request if there is room.</summary>
    /// <returns>Whether there was room.</returns>
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

    /// <summary>Adds a request as soon as there is room; blocks until then, without a thread of the pool.</summary>
    /// <exception cref="ObjectDisposedException">The queue is closed, or was closed before there was room.</exception>
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

    /// <summary>Adds a request as soon as there is room.</summary>
    /// <exception cref="OperationCanceledException">Cancelled before there was.</exception>
    /// <exception cref="ObjectDisposedException">The queue is closed, or was closed before there was room.</exception>
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
        catch (OperationCanceledException)
        {
            throw cancellationToken.IsCancellationRequested ? new OperationCanceledException(cancellationToken) : Closed();
        }

        Add(request);
    }

    /// <summary>Takes requests out of the queue; drops those that are over.</summary>
    /// <param name="count">The largest number of requests to take.</param>
    /// <param name="waits">Whether to wait for a request; otherwise the result may be empty.</param>
    /// <returns><see langword="null"/> if the worker must leave: the queue is closed, or no request came for a while.</returns>
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

    /// <summary>Refuses further requests and returns the waiting ones.</summary>
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
            // The system cannot start a thread: the place is free again.
            _room.Release();
            throw;
        }
    }

    /// <summary>Frees the places of requests that were cancelled while they waited.</summary>
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

    /// <summary>Removes cancelled requests; the caller holds the lock.</summary>
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

    /// <summary>Whether a request came while the worker decided to leave.</summary>
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
