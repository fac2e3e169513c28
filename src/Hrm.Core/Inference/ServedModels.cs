namespace Hrm.Core;

/// <summary>The models of a solver: the one that new requests go to, and replaced ones that still answer requests.</summary>
internal sealed class ServedModels : IDisposable
{
    /// <summary>The largest number of freed models whose counts are reported by name.</summary>
    private const int MostNames = 64;

    private readonly Lock _gate = new();
    private readonly List<ServedModel> _models; // the last is the current one
    private readonly OrderedDictionary<string, SolverStatistics> _past = []; // of freed models, by their names
    private SolverStatistics _forgotten; // of freed models whose names are no longer kept
    private bool _isDisposed;

    public ServedModels(ServedModel first) => _models = [first];

    public ServedModel Current => All[^1];

    /// <summary>Whether a thread of a model exists.</summary>
    public bool IsAwake => Array.Exists(All, model => model.Loop.IsAwake);

    /// <summary>Counts of all models, also of those whose names are no longer kept.</summary>
    public SolverStatistics Total
    {
        get
        {
            lock (_gate)
            {
                return Statistics.Values.Aggregate(_forgotten, (sum, next) => sum.Plus(next));
            }
        }
    }

    /// <summary>Counts by the name of the model. A name stays when its model is freed, so that its counts do not fall; the last 64 are kept.</summary>
    public IReadOnlyDictionary<string, SolverStatistics> Statistics
    {
        get
        {
            lock (_gate)
            {
                var sums = new Dictionary<string, SolverStatistics>(_past);
                _models.ForEach(model => Add(sums, model));
                return sums;
            }
        }
    }

    private ServedModel[] All
    {
        get
        {
            lock (_gate)
            {
                return [.. _models];
            }
        }
    }

    /// <summary>Keeps the current model from being freed until the result is disposed.</summary>
    public ModelHold Hold()
    {
        lock (_gate)
        {
            return _models[^1].Hold();
        }
    }

    /// <summary>Makes a model the current one; the one before is freed when its last request is over.</summary>
    /// <returns>The model before.</returns>
    /// <exception cref="ArgumentException">The solver owns the model already.</exception>
    /// <exception cref="ObjectDisposedException">The solver is disposed.</exception>
    public ServedModel Replace(ServedModel model)
    {
        ServedModel before;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(HrmSolver));
            if (_models.Exists(other => (other.IsOwned || model.IsOwned) && other.Model.Equals(model.Model)))
            {
                throw new ArgumentException("expected another model, got one that the solver has, and that is freed when one of its two uses ends", nameof(model));
            }

            before = _models[^1];
            _models.Add(model);
            before.Freed = FreeAsync(before);
        }

        before.Leave();
        return before;
    }

    /// <summary>Returns a task that ends when the models that are replaced now are freed.</summary>
    /// <exception cref="InvalidOperationException">The caller is a thread of the solver, which the models wait for.</exception>
    public Task DrainAsync()
    {
        var models = All;
        Array.ForEach(models, model => model.Loop.RequireOtherThread());
        return Task.WhenAll(models.SkipLast(1).Select(model => model.Freed));
    }

    /// <summary>Stops and frees every model; a second caller waits too.</summary>
    public void Dispose()
    {
        Array.ForEach(All, model => model.Loop.RequireOtherThread());
        lock (_gate)
        {
            _isDisposed = true; // no model comes any more
        }

        Array.ForEach(All, model => model.Dispose());
    }

    private async Task FreeAsync(ServedModel model)
    {
        await model.Idle.ConfigureAwait(false);
        model.Dispose();
        lock (_gate)
        {
            _models.Remove(model);
            Add(_past, model);
            if (_past.Count > MostNames)
            {
                // A name per model would grow without end in a service that is trained for months.
                _forgotten = _forgotten.Plus(_past.GetAt(0).Value);
                _past.RemoveAt(0);
            }
        }
    }

    private static void Add(IDictionary<string, SolverStatistics> sums, ServedModel model)
        => sums[model.Name] = (sums.TryGetValue(model.Name, out var sum) ? sum : default).Plus(model.Loop.Statistics);
}

/// <summary>A model in a solver with everything that belongs to it: its name, threads, queue and halting policy.</summary>
internal sealed class ServedModel : IDisposable
{
    private readonly Lock _disposing = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _users = 1; // the solver, until the model is replaced; requests; votes
    private bool _isDisposed;

    /// <summary>Prepares a model for solving.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public ServedModel(ISegmentModel model, bool isOwned, IHaltingPolicy halting, SolverLoop loop)
    {
        model.Prepare();
        (Model, IsOwned, Halting, Loop, Name) = (model, isOwned, halting, loop, model.Name);
    }

    public ISegmentModel Model { get; }

    /// <summary>Whether the model is disposed with this object.</summary>
    public bool IsOwned { get; }

    public IHaltingPolicy Halting { get; }

    public SolverLoop Loop { get; }

    public string Name { get; }

    /// <summary>Ends when the model is replaced and nothing uses it.</summary>
    public Task Idle => _idle.Task;

    /// <summary>Ends when the replaced model is freed.</summary>
    public Task Freed { get; set; } = Task.CompletedTask;

    /// <summary>Keeps the model from being freed until the result is disposed. The caller holds it already, or the solver does.</summary>
    public ModelHold Hold()
    {
        Enter();
        return new ModelHold(this);
    }

    public void Enter() => Interlocked.Increment(ref _users);

    public void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            _idle.SetResult();
        }
    }

    /// <summary>Stops the threads after their current segments, fails unanswered requests, and frees the model if it is owned.</summary>
    public void Dispose()
    {
        // A second caller waits too: the state of the threads is freed after they have ended, and only once.
        lock (_disposing)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            Loop.Dispose();
            if (IsOwned)
            {
                Model.Dispose();
            }
        }
    }
}

/// <summary>A use of a model by a request or a vote; disposing it ends the use.</summary>
internal readonly struct ModelHold(ServedModel model) : IDisposable
{
    public ServedModel Model => model;

    public void Dispose() => model.Leave();
}
