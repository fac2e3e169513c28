using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using TorchSharp;
using static TorchSharp.torch;

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
/// Halting policies, modules and observers run on the solver's threads, several at once if there are several batches. They must not call
/// the solver: the call would wait for itself and throws <see cref="InvalidOperationException"/>.
/// </para>
/// </remarks>
public sealed class HrmSolver : IDisposable
{
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);

    private readonly HrmModel _model;
    private readonly bool _ownsModel;
    private readonly SolverOptions _options;
    private readonly SolverLoop _loop;
    private readonly Lock _disposing = new();
    private SolverInstrumentation? _instrumentation;
    private bool _isDisposed;

    /// <summary>Creates a solver.</summary>
    /// <param name="model">The model, owned by the caller; set to evaluation mode. Must not be trained while puzzles are solved.</param>
    /// <param name="halting">May stop a puzzle before <see cref="SolverOptions.MaxSegments"/>; by default <see cref="QValueHalting"/> with the options' rule.</param>
    /// <param name="options">Batch, queue and limits; read now. The defaults if <see langword="null"/>.</param>
    /// <param name="time">Measures time for <see cref="TimeHalting"/> and <see cref="SolverBusyException.RetryAfter"/>; the system's by default.</param>
    /// <exception cref="InvalidConfigException">The options have bad fields; all are listed.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public HrmSolver(HrmModel model, IHaltingPolicy? halting = null, SolverOptions? options = null, TimeProvider? time = null)
        : this(model, ownsModel: false, halting, options, time, IdleTime)
    {
    }

    internal HrmSolver(HrmModel model, bool ownsModel, IHaltingPolicy? halting, SolverOptions? options, TimeProvider? time, TimeSpan idleTime)
    {
        ArgumentNullException.ThrowIfNull(model);
        _options = Checked(options);
        using var use = model.Use();
        Halting = halting ?? new QValueHalting(rule: _options.Rule ?? SolverOptions.RuleOf(model));
        _model = model;
        _ownsModel = ownsModel;
        _model.eval();
        _loop = new SolverLoop(model, _options, time ?? TimeProvider.System, idleTime);
    }

    /// <summary>The architecture of the model.</summary>
    public HrmConfig Config => _model.Config;

    /// <summary>Counts of the solver's past and current work.</summary>
    public SolverStatistics Statistics => _loop.Statistics;

    internal IHaltingPolicy Halting { get; }

    internal int MaxSegments => _options.MaxSegments;

    /// <summary>Whether a thread of the solver exists.</summary>
    internal bool IsAwake => _loop.IsAwake;

    /// <summary>Loads a model that <see cref="HrmModel.Save"/> wrote, for inference only: its weights are cast to the forward dtype once.</summary>
    /// <param name="folder">The folder with <c>config.json</c> and <c>model.safetensors</c>.</param>
    /// <param name="options">Batch, queue and limits; the defaults if <see langword="null"/>.</param>
    /// <param name="halting"><inheritdoc cref="HrmSolver(HrmModel, IHaltingPolicy?, SolverOptions?, TimeProvider?)" path="/param[@name='halting']"/></param>
    /// <param name="device">The device of the model; the CPU by default.</param>
    /// <param name="create"><inheritdoc cref="HrmModel.Load" path="/param[@name='create']"/></param>
    /// <returns>A solver that owns its model.</returns>
    /// <exception cref="InvalidConfigException">The options have bad fields; all are listed.</exception>
    /// <inheritdoc cref="HrmModel.Load" path="/exception"/>
    public static HrmSolver Load(string folder, SolverOptions? options = null, IHaltingPolicy? halting = null, Device? device = null, Func<HrmConfig, HrmModel>? create = null)
        => Load(folder, options, _ => halting, device, time: null, create: create);

    /// <summary>Loads a model for a solver with a clock of its own.</summary>
    internal static HrmSolver Load(
        string folder,
        SolverOptions? options,
        Func<HrmModel, IHaltingPolicy?> halting,
        Device? device,
        TimeProvider? time,
        ScalarType? forwardDtype = null,
        Func<HrmConfig, HrmModel>? create = null)
    {
        options = Checked(options);
        var model = HrmModel.Load(folder, device, forwardDtype, create);
        try
        {
            model.CastWeights();
            return new HrmSolver(model, ownsModel: true, halting(model), options, time, IdleTime);
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
        using var watch = _instrumentation?.Begin("solve", request);
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
    public async IAsyncEnumerable<SolverAnswer> SolveManyAsync(
        IAsyncEnumerable<SolverQuestion> questions,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(questions);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pending = Channel.CreateBounded<Task<SolverAnswer>>(_options.MaxBatchSize + (_options.MaxQueueLength / 2));
        var asking = AskAllAsync(questions, pending.Writer, stop.Token);
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
    /// <inheritdoc cref="Solve" path="/param|/exception"/>
    /// <returns>One prediction per segment, in order.</returns>
    public IReadOnlyList<SolverAnswer> Trace(ReadOnlySpan<int> tokens, int puzzleId = 0)
    {
        var request = CreateRequest(tokens, puzzleId, isTrace: true);
        using var watch = _instrumentation?.Begin("trace", request);
        Enqueue(request);
        return request.WaitForTrace();
    }

    /// <summary>Yields the prediction of every segment when it is ready. Bad tokens throw at the call, everything else is reported by the stream.</summary>
    /// <inheritdoc cref="SolveAsync" path="/param|/exception"/>
    /// <returns>One prediction per segment, in order; a reader that stops early frees the puzzle's place.</returns>
    public IAsyncEnumerable<SolverAnswer> TraceAsync(ReadOnlyMemory<int> tokens, int puzzleId = 0, CancellationToken cancellationToken = default)
    {
        SolverRequest.Require(Config, tokens.Span, puzzleId);
        return ReadTraceAsync(tokens.ToArray(), puzzleId, cancellationToken);
    }

    /// <summary>Stops the threads after their current segments; unanswered requests fail with <see cref="ObjectDisposedException"/>.</summary>
    /// <exception cref="InvalidOperationException">Called on a thread of the solver, for instance by a halting policy.</exception>
    public void Dispose()
    {
        _loop.RequireOtherThread();

        // A second caller waits too: the state of the threads is freed after they have ended, and only once.
        lock (_disposing)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            _loop.Dispose();
            _instrumentation?.Dispose();
            if (_ownsModel)
            {
                _model.Dispose();
            }
        }
    }

    /// <summary>Attaches metrics and logging; call before the first request.</summary>
    internal void Watch(IMeterFactory? meters, ILogger logger, TimeProvider time)
        => _instrumentation = new SolverInstrumentation(meters, logger, time, () => Statistics);

    private SolverRequest CreateRequest(ReadOnlySpan<int> tokens, int puzzleId, bool isTrace)
    {
        SolverRequest.Require(Config, tokens, puzzleId);
        return new SolverRequest(tokens.ToArray(), puzzleId, _options.MaxSegments, Halting, isTrace) { KeepsLogits = _options.KeepLogits && !isTrace };
    }

    /// <summary>Answers a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="mayReject">Whether a full queue rejects the request if the options say so.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <param name="timeIsUp">Ends the wait for room in the queue.</param>
    internal async Task<SolverAnswer> AnswerAsync(SolverRequest request, bool mayReject, CancellationToken cancellationToken, CancellationToken timeIsUp = default)
    {
        using var watch = _instrumentation?.Begin("solve", request);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeIsUp);
        await EnqueueAsync(request, mayReject, waiting.Token, cancellationToken).ConfigureAwait(false);
        using var registration = FailWhenCancelled(request, cancellationToken);
        return await request.Answered.ConfigureAwait(false);
    }

    /// <summary>Each enumeration is a request of its own.</summary>
    private async IAsyncEnumerable<SolverAnswer> ReadTraceAsync(int[] tokens, int puzzleId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = CreateRequest(tokens, puzzleId, isTrace: true);
        using var watch = _instrumentation?.Begin("trace", request);
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

    private async Task AskAllAsync(IAsyncEnumerable<SolverQuestion> questions, ChannelWriter<Task<SolverAnswer>> pending, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var question in questions.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                var request = CreateRequest(question.Tokens.Span, question.PuzzleId, isTrace: false);
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
            _loop.Add(request, _options.RejectWhenFull);
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
            await _loop.AddAsync(request, mayReject && _options.RejectWhenFull, waiting).ConfigureAwait(false);
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
public readonly record struct SolverStatistics(long Solved, long Segments, long RowSegments, int Running, int Waiting);
