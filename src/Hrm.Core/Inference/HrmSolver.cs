using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hrm.Core;

/// <summary>Solves puzzles with a trained model, segment by segment, until a halting policy stops them.</summary>
/// <remarks>
/// <para>
/// Safe from any number of threads. Puzzles run together in running batches, each on a thread of the solver
/// (<see cref="SolverOptions.RunningBatches"/>). When a puzzle stops, the next one from the queue takes its place at the next segment with
/// a fresh carry. An answer does not depend on the other puzzles in the batch, except for rounding.
/// </para>
/// <para>
/// The threads and every tensor exist only while there are puzzles to solve. Dispose the solver before its model: disposing the model first
/// waits for the current segments, and the requests then fail with <see cref="ObjectDisposedException"/>. A cancelled request frees its
/// place at the next segment. An exception in a segment is reported to every request in that batch; the solver then continues.
/// </para>
/// <para>
/// <see cref="SwapAsync(string, CancellationToken)"/> replaces the model while the solver works. Each request is answered by one model.
/// </para>
/// <para>
/// Every solver has the meter and the activity source <c>Hrm.Solver</c>, see
/// <see cref="SolverServiceCollectionExtensions.AddHrmSolver(IServiceCollection, IConfiguration)"/>.
/// </para>
/// <para>
/// Halting policies, modules and observers run on the solver's threads, several at once if there are several batches. They must not call
/// the solver: the call would wait for itself and throws <see cref="InvalidOperationException"/>.
/// </para>
/// </remarks>
public sealed class HrmSolver : IDisposable
{
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);

    private readonly SolverOptions _options;
    private readonly Func<ISegmentModel, IHaltingPolicy?> _halting;
    private readonly ModelSource _source;
    private readonly TimeProvider _time;
    private readonly TimeSpan _idleTime;
    private readonly ServedModels _models;
    private readonly SolverInstrumentation _instrumentation;
    private Task _lastSwap = Task.CompletedTask;

    /// <summary>Creates a solver.</summary>
    /// <param name="model">The model, owned by the caller; set to evaluation mode. Must not be trained while puzzles are solved.</param>
    /// <param name="halting">May stop a puzzle before <see cref="SolverOptions.MaxSegments"/>; by default <see cref="QValueHalting"/> with the options' rule.</param>
    /// <param name="options">Batch, queue and limits; read now. The defaults if <see langword="null"/>.</param>
    /// <param name="time">Measures time for <see cref="TimeHalting"/> and <see cref="SolverBusyException.RetryAfter"/>; the system's by default.</param>
    /// <param name="logger">Receives swaps, rejected and failed puzzles; none by default.</param>
    /// <param name="create">For a swap to a folder: <inheritdoc cref="HrmModel.Load" path="/param[@name='create']"/></param>
    /// <exception cref="InvalidConfigException">The options have bad fields; all are listed.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public HrmSolver(
        HrmModel model,
        IHaltingPolicy? halting = null,
        SolverOptions? options = null,
        TimeProvider? time = null,
        ILogger<HrmSolver>? logger = null,
        Func<HrmConfig, HrmModel>? create = null)
        : this(
            new TorchModel(model ?? throw new ArgumentNullException(nameof(model))),
            ownsModel: false,
            options,
            _ => halting,
            time,
            source: new ModelSource(model.Device, model.Config.ForwardDtype, create), // the model may be gone by the next swap
            observers: new SolverObservers(Logger: logger))
    {
    }

    internal HrmSolver(
        ISegmentModel model,
        bool ownsModel,
        SolverOptions? options,
        Func<ISegmentModel, IHaltingPolicy?> halting,
        TimeProvider? time = null,
        TimeSpan? idleTime = null,
        ModelSource? source = null,
        SolverObservers? observers = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _options = Checked(options);
        _halting = halting;
        _time = time ?? TimeProvider.System;
        _idleTime = idleTime ?? IdleTime;
        _source = source ?? new ModelSource();
        _models = new ServedModels(Serve(model, ownsModel));

        // A listener must not keep a forgotten solver.
        var models = new WeakReference<ServedModels>(_models);
        _instrumentation = new SolverInstrumentation(observers ?? new SolverObservers(), _time, () => models.TryGetTarget(out var found) ? found.Statistics : null);
    }

    /// <summary>The architecture of the model that new requests go to.</summary>
    public HrmConfig Config => _models.Current.Model.Config;

    /// <summary>The name of the model that new requests go to, see <see cref="HrmModel.Name"/>.</summary>
    public string ModelName => _models.Current.Name;

    /// <summary>The comparison of the Q values that fits the model that new requests go to, see <see cref="SolverOptions.RuleOf"/>.</summary>
    /// <exception cref="ObjectDisposedException">The solver is disposed.</exception>
    public HaltingRule ModelRule
    {
        get
        {
            using var hold = Hold();
            return hold.Model.Model.Rule;
        }
    }

    /// <summary>Counts of the solver's past and current work, of all its models together.</summary>
    public SolverStatistics Statistics => _models.Total;

    internal int MaxSegments => _options.MaxSegments;

    /// <summary>Whether a thread of the solver exists.</summary>
    internal bool IsAwake => _models.IsAwake;

    /// <summary>Loads a model that <see cref="HrmModel.Save"/> wrote, for inference only: its weights are cast to the forward dtype once.</summary>
    /// <param name="folder">The folder with <c>config.json</c> and <c>model.safetensors</c>.</param>
    /// <param name="options">Batch, queue and limits; the defaults if <see langword="null"/>.</param>
    /// <param name="halting"><inheritdoc cref="HrmSolver(HrmModel, IHaltingPolicy?, SolverOptions?, TimeProvider?, ILogger{HrmSolver}?, Func{HrmConfig, HrmModel}?)" path="/param[@name='halting']"/></param>
    /// <param name="device">The device of the model; the CPU by default.</param>
    /// <param name="create"><inheritdoc cref="HrmModel.Load" path="/param[@name='create']"/></param>
    /// <returns>A solver that owns its model.</returns>
    /// <exception cref="InvalidConfigException">The options have bad fields; all are listed.</exception>
    /// <inheritdoc cref="HrmModel.Load" path="/exception"/>
    public static HrmSolver Load(string folder, SolverOptions? options = null, IHaltingPolicy? halting = null, Device? device = null, Func<HrmConfig, HrmModel>? create = null)
        => Load(folder, options, _ => halting, new ModelSource(device, Create: create));

    /// <summary>Loads a model for a solver with a clock and observers of its own.</summary>
    internal static HrmSolver Load(
        string folder,
        SolverOptions? options,
        Func<ISegmentModel, IHaltingPolicy?> halting,
        ModelSource source,
        TimeProvider? time = null,
        SolverObservers? observers = null)
    {
        options = Checked(options);
        var model = source.Load(folder);
        try
        {
            return new HrmSolver(model, ownsModel: true, options, halting, time, source: source with { ForwardDtype = model.Config.ForwardDtype }, observers: observers);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Solves a puzzle; blocks until the answer is ready.</summary>
    /// <param name="tokens">The puzzle, seq_len tokens; copied.</param>
    /// <param name="puzzleId">The puzzle id, for models with a puzzle embedding.</param>
    /// <exception cref="ShapeMismatchException">The number of tokens does not fit the model; a token or the id exceeds the model's tables.</exception>
    /// <exception cref="SolverBusyException">The queue is full, and <see cref="SolverOptions.RejectWhenFull"/> is set.</exception>
    /// <exception cref="ObjectDisposedException">The solver is disposed, or was disposed before the answer was ready.</exception>
    public SolverAnswer Solve(ReadOnlySpan<int> tokens, int puzzleId = 0)
    {
        var request = CreateRequest(tokens, puzzleId, isTrace: false);
        using var watch = _instrumentation.Begin("solve", request);
        Enqueue(request);
        return request.Answered.GetAwaiter().GetResult();
    }

    /// <summary>Solves a puzzle. Bad tokens throw at the call, everything else is reported by the task.</summary>
    /// <param name="tokens">The puzzle, seq_len tokens; copied.</param>
    /// <param name="puzzleId">The puzzle id, for models with a puzzle embedding.</param>
    /// <inheritdoc cref="Solve" path="/exception"/>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="OperationCanceledException">The request was cancelled.</exception>
    public Task<SolverAnswer> SolveAsync(ReadOnlyMemory<int> tokens, int puzzleId = 0, CancellationToken cancellationToken = default)
        => AnswerAsync(CreateRequest(tokens.Span, puzzleId, isTrace: false), mayReject: true, cancellationToken);

    /// <summary>Solves a stream of puzzles, as many at once as the batch holds.</summary>
    /// <remarks>
    /// Reads ahead by the size of the batch and half of the queue. A full queue makes it wait, whatever the options are. A reader that
    /// stops early cancels the pending requests and waits for the source to end, so the source must obey its cancellation token.
    /// </remarks>
    /// <param name="questions">The puzzles. A puzzle that does not fit the model ends the answers at its position.</param>
    /// <param name="cancellationToken">Cancels all requests.</param>
    /// <returns>The answers, in the order of the questions.</returns>
    /// <exception cref="HrmException">A puzzle does not fit the model.</exception>
    /// <exception cref="ObjectDisposedException">The solver is disposed, or was disposed meanwhile.</exception>
    /// <exception cref="OperationCanceledException">The requests were cancelled.</exception>
    public IAsyncEnumerable<SolverAnswer> SolveManyAsync(IAsyncEnumerable<SolverQuestion> questions, CancellationToken cancellationToken = default)
        => SolveManyAsync(questions, model: null, cancellationToken);

    /// <summary>Solves a stream of puzzles with one model, which the caller holds, or each with the current model.</summary>
    internal async IAsyncEnumerable<SolverAnswer> SolveManyAsync(
        IAsyncEnumerable<SolverQuestion> questions,
        ServedModel? model,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(questions);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pending = Channel.CreateBounded<Task<SolverAnswer>>(_options.MaxBatchSize + (_options.MaxQueueLength / 2));
        var asking = AskAllAsync(questions, model, pending.Writer, stop.Token);
        try
        {
            await foreach (var answer in pending.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return await TakeAsync(answer, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (pending.Reader.TryRead(out var answer))
            {
                await ((Task)answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Solves a puzzle and returns the prediction of every segment; blocks until all are ready.</summary>
    /// <param name="tokens">The puzzle, seq_len tokens; copied.</param>
    /// <param name="puzzleId">The puzzle id, for models with a puzzle embedding.</param>
    /// <param name="halting">Stops this puzzle instead of the solver's policy; the solver's policy if <see langword="null"/>.</param>
    /// <inheritdoc cref="Solve" path="/exception"/>
    /// <returns>One prediction per segment, in order.</returns>
    public IReadOnlyList<SolverAnswer> Trace(ReadOnlySpan<int> tokens, int puzzleId = 0, IHaltingPolicy? halting = null)
    {
        var request = CreateRequest(tokens, puzzleId, isTrace: true, halting: halting);
        using var watch = _instrumentation.Begin("trace", request);
        Enqueue(request);
        return request.WaitForTrace();
    }

    /// <summary>Yields the prediction of every segment when it is ready. Bad tokens throw at the call, everything else is reported by the stream.</summary>
    /// <param name="tokens">The puzzle, seq_len tokens; copied.</param>
    /// <param name="puzzleId">The puzzle id, for models with a puzzle embedding.</param>
    /// <param name="halting"><inheritdoc cref="Trace" path="/param[@name='halting']"/></param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <inheritdoc cref="SolveAsync" path="/exception"/>
    /// <returns>One prediction per segment, in order; a reader that stops early frees the puzzle's place.</returns>
    public IAsyncEnumerable<SolverAnswer> TraceAsync(
        ReadOnlyMemory<int> tokens, int puzzleId = 0, IHaltingPolicy? halting = null, CancellationToken cancellationToken = default)
    {
        SolverRequest.Require(Config, tokens.Span, puzzleId);
        return ReadTraceAsync(tokens.ToArray(), puzzleId, halting, cancellationToken);
    }

    /// <summary>Replaces the model by that of a folder, while requests are answered.</summary>
    /// <remarks>
    /// The model is loaded on a thread of the pool, with the device, forward dtype and function of the first one. The task ends when new
    /// requests go to the new model. Earlier requests, running or waiting, are answered by the old model, which is then freed if the solver
    /// owns it (<see cref="DrainAsync"/>); until then both are in memory, each with threads, queue and batches of its own. A swap that fails
    /// leaves the old model. Swaps run one after the other. The default halting policy is that of the new model.
    /// </remarks>
    /// <param name="folder">The folder of a model with as many tokens and token values as the old one.</param>
    /// <param name="cancellationToken">Cancels the swap before new requests go to the new model.</param>
    /// <inheritdoc cref="HrmModel.Load" path="/exception"/>
    /// <exception cref="ShapeMismatchException">The model has other numbers of tokens or token values.</exception>
    /// <exception cref="ObjectDisposedException">The solver is disposed, or was disposed meanwhile.</exception>
    /// <exception cref="OperationCanceledException">The swap was cancelled.</exception>
    public Task SwapAsync(string folder, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return SwapInTurn(() =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            var model = _source.Load(folder);
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                Replace(model, ownsModel: true);
            }
            catch
            {
                model.Dispose();
                throw;
            }
        });
    }

    /// <summary>Replaces the model by a loaded one, while requests are answered; otherwise like the swap to a folder.</summary>
    /// <param name="model">A model with as many tokens and token values as the old one; set to evaluation mode.</param>
    /// <param name="ownsModel">Whether the solver disposes the model. If the swap fails, the caller still owns it.</param>
    /// <exception cref="ArgumentException">The solver owns the model already.</exception>
    /// <exception cref="ShapeMismatchException">The model has other numbers of tokens or token values.</exception>
    /// <exception cref="ObjectDisposedException">The solver or the model is disposed.</exception>
    public Task SwapAsync(HrmModel model, bool ownsModel)
    {
        ArgumentNullException.ThrowIfNull(model);
        return SwapInTurn(() => Replace(new TorchModel(model), ownsModel));
    }

    /// <summary>Waits until the models replaced so far have answered their requests and are freed, or may be freed by the caller that owns them.</summary>
    public Task DrainAsync() => _models.DrainAsync();

    /// <summary>Stops the threads of all models after their current segments; unanswered requests fail with <see cref="ObjectDisposedException"/>.</summary>
    /// <exception cref="InvalidOperationException">Called on a thread of the solver, for instance by a halting policy.</exception>
    public void Dispose()
    {
        _models.Dispose();
        _instrumentation.Dispose();
    }

    /// <summary>Keeps the current model from being freed until the result is disposed.</summary>
    internal ModelHold Hold() => _models.Hold();

    /// <summary>Runs a swap on the pool after the one before has ended.</summary>
    private async Task SwapInTurn(Action swap)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var before = Interlocked.Exchange(ref _lastSwap, ended.Task);
        try
        {
            await before.ConfigureAwait(false);
            await Task.Run(swap, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            ended.SetResult();
        }
    }

    private void Replace(ISegmentModel model, bool ownsModel)
    {
        var (old, config) = (Config, model.Config);
        if (config.SequenceLength != old.SequenceLength || config.VocabularySize != old.VocabularySize)
        {
            throw new ShapeMismatchException(
                nameof(model),
                $"{old.SequenceLength} tokens of a vocabulary of {old.VocabularySize}, as the solver's model has",
                $"{config.SequenceLength} of {config.VocabularySize}");
        }

        var before = _models.Replace(Serve(model, ownsModel));
        _instrumentation.Logger.Swapped(model.Name, before.Name);
    }

    private ServedModel Serve(ISegmentModel model, bool ownsModel)
    {
        var halting = _halting(model) ?? new QValueHalting(rule: _options.Rule ?? model.Rule);
        return new ServedModel(model, ownsModel, halting, new SolverLoop(model, _options, _time, _idleTime));
    }

    private SolverRequest CreateRequest(ReadOnlySpan<int> tokens, int puzzleId, bool isTrace, ServedModel? model = null, IHaltingPolicy? halting = null)
    {
        using var hold = model?.Hold() ?? Hold();
        SolverRequest.Require(hold.Model.Model.Config, tokens, puzzleId);
        return new SolverRequest(hold.Model, tokens.ToArray(), puzzleId, _options.MaxSegments, halting, isTrace) { KeepsLogits = _options.KeepLogits && !isTrace };
    }

    /// <summary>Answers a request. <paramref name="mayReject"/>: a full queue may reject it; <paramref name="timeIsUp"/> ends the wait for room.</summary>
    internal async Task<SolverAnswer> AnswerAsync(SolverRequest request, bool mayReject, CancellationToken cancellationToken, CancellationToken timeIsUp = default)
    {
        using var watch = _instrumentation.Begin("solve", request);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeIsUp);
        await EnqueueAsync(request, mayReject, waiting.Token, cancellationToken).ConfigureAwait(false);
        using var registration = FailWhenCancelled(request, cancellationToken);
        return await request.Answered.ConfigureAwait(false);
    }

    /// <summary>Each enumeration is a request of its own.</summary>
    private async IAsyncEnumerable<SolverAnswer> ReadTraceAsync(
        int[] tokens, int puzzleId, IHaltingPolicy? halting, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = CreateRequest(tokens, puzzleId, isTrace: true, halting: halting);
        using var watch = _instrumentation.Begin("trace", request);
        await EnqueueAsync(request, mayReject: true, cancellationToken, cancellationToken).ConfigureAwait(false);
        using var registration = FailWhenCancelled(request, cancellationToken);
        try
        {
            await foreach (var prediction in request.Trace.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                yield return prediction;
            }
        }
        finally
        {
            request.Fail(new OperationCanceledException(cancellationToken));
        }
    }

    /// <summary>Awaits an answer; a cancellation by the caller carries the caller's token.</summary>
    private static async Task<SolverAnswer> TakeAsync(Task<SolverAnswer> answer, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    private async Task AskAllAsync(IAsyncEnumerable<SolverQuestion> questions, ServedModel? model, ChannelWriter<Task<SolverAnswer>> pending, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var question in questions.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                var request = CreateRequest(question.Tokens.Span, question.PuzzleId, isTrace: false, model);
                await pending.WriteAsync(AnswerAsync(request, mayReject: false, cancellationToken), cancellationToken).ConfigureAwait(false);
            }

            pending.Complete();
        }
        catch (Exception error)
        {
            // An error of the questions or their source is reported after the answers to the questions before.
            pending.Complete(error);
        }
    }

    private void Enqueue(SolverRequest request)
    {
        try
        {
            request.Model.Loop.Add(request, _options.RejectWhenFull);
        }
        catch (Exception error)
        {
            request.Fail(error);
            throw;
        }
    }

    /// <summary>Waits for room in the queue until a token is cancelled; the exception then carries the caller's token.</summary>
    private async Task EnqueueAsync(SolverRequest request, bool mayReject, CancellationToken waiting, CancellationToken callers)
    {
        try
        {
            callers.ThrowIfCancellationRequested();
            await request.Model.Loop.AddAsync(request, mayReject && _options.RejectWhenFull, waiting).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            request.Fail(error);
            callers.ThrowIfCancellationRequested();
            throw;
        }
    }

    private static CancellationTokenRegistration FailWhenCancelled(SolverRequest request, CancellationToken cancellationToken)
        => cancellationToken.UnsafeRegister(static (request, token) => ((SolverRequest)request!).Fail(new OperationCanceledException(token)), request);

    private static SolverOptions Checked(SolverOptions? options)
    {
        options ??= new SolverOptions();
        InvalidConfigException.ThrowIfInvalid("solver options", options);
        return options.Copy();
    }
}

/// <summary>Counts of a solver's past and current work.</summary>
/// <param name="Solved">Answered puzzles.</param>
/// <param name="Segments">Segments run.</param>
/// <param name="RowSegments">Segments run, each counted once per puzzle in it.</param>
/// <param name="Running">Puzzles in the running batches.</param>
/// <param name="Waiting">Puzzles in the queue.</param>
public readonly record struct SolverStatistics(long Solved, long Segments, long RowSegments, int Running, int Waiting)
{
    internal SolverStatistics Plus(SolverStatistics other) => new(
        Solved + other.Solved,
        Segments + other.Segments,
        RowSegments + other.RowSegments,
        Running + other.Running,
        Waiting + other.Waiting);
}
