using System.Diagnostics.CodeAnalysis;

namespace Hrm.Core;

/// <summary>The requests that wait for a place in the running batch: a bounded queue, first in, first out.</summary>
/// <remarks>
/// Starts a worker for the first request. The worker leaves after waiting in vain for a while, so an idle or forgotten solver holds no
/// thread. A bounded <c>Channel</c> cannot remove cancelled requests, block without a thread of the pool, or let a worker leave and a
/// request arrive as one step. The semaphore is never disposed: that would leave waiting callers hanging, and without wait handles there
/// is nothing to free.
/// </remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Waiting callers would hang.")]
internal sealed class RequestQueue(int capacity, TimeSpan idleTime, Action startWorker)
{
    /// <summary>Places that wake every waiting caller of a closed queue.</summary>
    private const int Enough = 1 << 30;

    private readonly object _gate = new();
    private readonly List<SolverRequest> _waiting = [];
    private readonly SemaphoreSlim _room = new(capacity);
    private bool _hasWorker;
    private bool _isClosed;

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
        if (!_room.Wait(0, CancellationToken.None))
        {
            lock (_gate)
            {
                Drop();
            }

            if (!_room.Wait(0, CancellationToken.None))
            {
                return false;
            }
        }

        Add(request);
        return true;
    }

    /// <summary>Adds a request as soon as there is room; blocks until then, without a thread of the pool.</summary>
    /// <exception cref="ObjectDisposedException">The queue is closed, or was closed before there was room.</exception>
    public void AddBlocking(SolverRequest request)
    {
        _room.Wait(CancellationToken.None);
        Add(request);
    }

    /// <summary>Adds a request as soon as there is room.</summary>
    /// <exception cref="OperationCanceledException">Cancelled before there was room.</exception>
    /// <exception cref="ObjectDisposedException">The queue is closed, or was closed before there was room.</exception>
    public async Task AddAsync(SolverRequest request, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken).ConfigureAwait(false);
        Add(request);
    }

    /// <summary>Takes requests out of the queue; drops those that are over.</summary>
    /// <param name="count">The largest number of requests to take.</param>
    /// <param name="waits">Whether to wait for a request; otherwise the result may be empty.</param>
    /// <returns><see langword="null"/> if the worker must leave: the queue is closed, or no request came for a while.</returns>
    public SolverRequest[]? Take(int count, bool waits)
    {
        lock (_gate)
        {
            while (!_isClosed)
            {
                Drop();
                if (_waiting.Count > 0 || !waits)
                {
                    SolverRequest[] taken = [.. _waiting.Take(count)];
                    _waiting.RemoveRange(0, taken.Length);
                    Free(taken.Length);
                    return taken;
                }

                if (!Monitor.Wait(_gate, idleTime) && _waiting.Count == 0)
                {
                    _hasWorker = false;
                    return null;
                }
            }

            return null;
        }
    }

    /// <summary>Rejects further requests and returns the waiting ones.</summary>
    public SolverRequest[] Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            SolverRequest[] rest = [.. _waiting];
            _waiting.Clear();
            Monitor.PulseAll(_gate);
            _room.Release(Enough);
            return rest;
        }
    }

    private void Add(SolverRequest request)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(HrmSolver));
            if (!_hasWorker)
            {
                StartWorker();
            }

            _waiting.Add(request);
            Monitor.PulseAll(_gate);
        }
    }

    private void StartWorker()
    {
        try
        {
            startWorker();
            _hasWorker = true;
        }
        catch
        {
            // The system cannot start a thread: the place is free again.
            _room.Release();
            throw;
        }
    }

    /// <summary>Removes cancelled requests and frees their places; the caller holds the lock.</summary>
    private void Drop() => Free(_waiting.RemoveAll(request => request.IsOver));

    private void Free(int places)
    {
        if (places > 0)
        {
            _room.Release(places);
        }
    }
}
