using System.Diagnostics.CodeAnalysis;

namespace Hrm.Core;

/// <summary>The requests that wait for a row in a running batch: a bounded queue, first in, first out.</summary>
/// <remarks>
/// Each running batch has a worker. The first request starts one; more are started while each has <see cref="FewestRows"/> rows to run,
/// and every batch takes an equal share. A worker leaves after waiting in vain for a while, so an idle or forgotten solver holds no
/// thread. A bounded <c>Channel</c> cannot remove cancelled requests, block without a thread of the pool, or let a worker leave and a
/// request arrive as one step. The semaphore is never disposed: that would leave waiting callers hanging, and without wait handles there
/// is nothing to free.
/// </remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Waiting callers would hang.")]
internal sealed class RequestQueue(int capacity, int batches, int maxRows, TimeSpan idleTime, Action<int> startWorker)
{
    /// <summary>Rows per batch below which another batch is not worth its thread.</summary>
    private const int FewestRows = 2;

    /// <summary>Places that wake every waiting caller of a closed queue.</summary>
    private const int Enough = 1 << 30;

    private readonly object _gate = new();
    private readonly List<SolverRequest> _waiting = [];
    private readonly SemaphoreSlim _room = new(capacity);
    private readonly bool[] _hasWorker = new bool[batches];
    private readonly int[] _rows = new int[batches]; // of each batch
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

    public int RunningBatches
    {
        get
        {
            lock (_gate)
            {
                return _rows.Count(rows => rows > 0);
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

    /// <summary>Takes a batch's share of the requests; drops those that are over.</summary>
    /// <param name="batch">The index of the batch.</param>
    /// <param name="rows">The number of its rows. If there are none, waits for requests; otherwise the result may be empty.</param>
    /// <returns><see langword="null"/> if the worker must leave: the queue is closed, or no request came for a while.</returns>
    public SolverRequest[]? Take(int batch, int rows)
    {
        lock (_gate)
        {
            _rows[batch] = rows;
            var hasWaited = false;
            while (!_isClosed)
            {
                Drop();
                var count = Share(batch);
                if (count > 0 || rows > 0)
                {
                    SolverRequest[] taken = [.. _waiting.Take(count)];
                    _waiting.RemoveRange(0, count);
                    _rows[batch] += count;
                    Free(count);
                    if (_waiting.Count > 0 && _rows.Sum() < maxRows)
                    {
                        Monitor.Pulse(_gate); // An idle worker may take the rest.
                    }

                    return taken;
                }

                if (hasWaited)
                {
                    _hasWorker[batch] = false;
                    return null;
                }

                hasWaited = !Monitor.Wait(_gate, idleTime);
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
            if (_hasWorker.Count(has => has) < Batches(RowsToRun(_waiting.Count + 1)))
            {
                StartWorker(Array.IndexOf(_hasWorker, false));
            }

            _waiting.Add(request);
            Monitor.Pulse(_gate); // Idle workers are alike.
        }
    }

    private void StartWorker(int batch)
    {
        try
        {
            startWorker(batch);
            _hasWorker[batch] = true;
        }
        catch when (Array.TrueForAll(_hasWorker, has => !has))
        {
            // The system cannot start a thread: the place is free again.
            _room.Release();
            throw;
        }
        catch (Exception e) when (e is ThreadStartException or OutOfMemoryException)
        {
            // The running workers take the request.
        }
    }

    /// <summary>The rows of all batches if they took as many of the waiting requests as they may.</summary>
    private int RowsToRun(int waiting) => Math.Min(_rows.Sum() + waiting, maxRows);

    /// <summary>The number of batches for a number of rows.</summary>
    private int Batches(int rows) => Math.Clamp(rows / FewestRows, 1, batches);

    /// <summary>The number of requests that a batch takes, so that all batches get the same number of rows.</summary>
    private int Share(int batch)
    {
        var rows = RowsToRun(_waiting.Count);
        var wanted = Batches(rows);
        return _rows[batch] == 0 && RunningBatches >= wanted ? 0 : Math.Clamp(((rows + wanted - 1) / wanted) - _rows[batch], 0, rows - _rows.Sum());
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
