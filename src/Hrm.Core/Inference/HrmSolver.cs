using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>Solves puzzles with a trained model, segment by segment, until a halting policy says stop.</summary>
/// <remarks>
/// <para>
/// Any number of threads may ask at once: their puzzles think together in one running batch, on one thread of the solver's
/// own. A puzzle that stops leaves, and the next that waits takes its place at the next segment with a fresh carry, so nobody
/// waits for the slowest. An answer does not depend on who else is in the batch.
/// </para>
/// <para>
/// The thread and every tensor exist only while there is something to solve. Dispose the solver before its model: a model that is
/// disposed first waits for the segment that runs, and the requests then fail with <see cref="ObjectDisposedException"/>. A
/// cancelled request frees its place at the next segment. What a segment throws, those who were in it get, and the solver
/// goes on.
/// </para>
/// <para>
/// Halting policies, modules and observers run on the solver's thread. A call of the solver from there would wait for itself, so it is
/// an <see cref="InvalidOperationException"/>.
/// </para>
/// </remarks>
public sealed class HrmSolver : IDisposable
{
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);

    private readonly HrmModel _model;
    private readonly bool _ownsModel;
    private readonly IHaltingPolicy _halting;
    private readonly SolverOptions _options;
    private readonly SolverLoop _loop;
    private readonly Lock _disposing = new();
    private SolverInstrumentation? _instrumentation;
    private bool _isDisposed;

    /// <summary>Creates a solver.</summary>
    /// <param name="model">The model, which stays the caller's; put into evaluation mode. Not to be trained while puzzles are solved.</param>
    /// <param name="halting">The policy that may stop a puzzle before <see cref="SolverOptions.MaxSegments"/>. Default: the paper's rule, a <see cref="QValueHalting"/>.</param>
    /// <param name="options">Batch, queue and limits, read now; the defaults where it is <see langword="null"/>.</param>
    /// <param name="time">Measures the time of <see cref="TimeHalting"/> and of the estimate when to try again; the system's by default.</param>
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
        _halting = halting ?? new QValueHalting(_options.MinSegments, _options.Rule ?? SolverOptions.RuleOf(model));
        _model = model;
        _ownsModel = ownsModel;
        _model.eval();
        _loop = new SolverLoop(model, _options, time ?? TimeProvider.System, idleTime);
    }

    /// <summary>The architecture of the model.</summary>
    public HrmConfig Config => _model.Config;

    /// <summary>What the solver has done and is doing.</summary>
    public SolverStatistics Statistics => _loop.Statistics;

    /// <summary>When a puzzle stops.</summary>
    internal IHaltingPolicy Halting => _halting;

    /// <summary>The largest number of segments of a puzzle.</summary>
    internal int MaxSegments => _options.MaxSegments;

    /// <summary>Whether the solver's thread is there.</summary>
    internal bool IsAwake => _loop.IsAwake;

    /// <summary>Loads a model that <see cref="HrmModel.Save"/> wrote, for solving alone: its weights are cast to the forward dtype once.</summary>
    /// <param name="folder">Holds <c>config.json</c> and <c>model.safetensors</c> (or its shards with an index).</param>
    /// <param name="options">Batch, queue and limits; the defaults where it is <see langword="null"/>.</param>
    /// <param name="halting">When to stop; by default the paper's rule with the options' limits.</param>
    /// <param name="device">Where the model goes; the CPU by default.</param>
    /// <returns>A solver that owns its model.</returns>
    /// <exception cref="InvalidConfigException">The options have bad fields; all are listed.</exception>
    /// <exception cref="HrmException">A file is missing, damaged or does not fit the config; the error names it.</exception>
    public static HrmSolver Load(string folder, SolverOptions? options = null, IHaltingPolicy? halting = null, Device? device = null)
        => Load(folder, options, _ => halting, device, time: null);

    /// <summary>Loads a model for a solver with a time of its own.</summary>
    internal static HrmSolver Load(
        string folder,
        SolverOptions? options,
        Func<HrmModel, IHaltingPolicy?> halting,
        Device? device,
        TimeProvider? time,
        ScalarType? forwardDtype = null)
    {
        options = Checked(options);
        var model = HrmModel.Load(folder, device, forwardDtype);
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

    /// <summary>Solves a puzzle; waits for the answer.</summary>
    /// <param name="tokens">The puzzle, seq_len tokens.</param>
    /// <param name="puzzleId">The puzzle id, for models with a puzzle embedding.</param>
    /// <exception cref="ShapeMismatchException">The number of tokens does not fit the model.</exception>
    /// <exception cref="TokenOutOfRangeException">A token or the id is beyond the model's tables.</exception>
    /// <exception cref="SolverBusyException">The queue is full, and the options say not to wait.</exception>
    /// <exception cref="ObjectDisposedException">The solver is disposed, or was while the puzzle was in it.</exception>
    public SolverAnswer Solve(ReadOnlySpan<int> tokens, int puzzleId = 0)
    {
        var request = Ask(tokens, puzzleId);
        return _instrumentation is { } watching ? watching.Watch(() => AnswerBlocking(request)) : AnswerBlocking(request);
    }

    /// <summary>Solves a puzzle.</summary>
    /// <param name="tokens">The puzzle, seq_len tokens; copied.</param>
    /// <param name="puzzleId">The puzzle id, for models with a puzzle embedding.</param>
    /// <param name="cancellationToken">Gives the puzzle up.</param>
    /// <exception cref="ShapeMismatchException">At the call: the number of tokens does not fit the model.</exception>
    /// <exception cref="TokenOutOfRangeException">At the call: a token or the id is beyond the model's tables.</exception>
    /// <exception cref="SolverBusyException">The queue is full, and the options say not to wait.</exception>
    /// <exception cref="ObjectDisposedException">The solver is disposed, or was while the puzzle was in it.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Task<SolverAnswer> SolveAsync(ReadOnlyMemory<int> tokens, int puzzleId = 0, CancellationToken cancellationToken = default)
        => AnswerAsync(Ask(tokens.Span, puzzleId), _options.RejectWhenFull, cancellationToken);

    /// <summary>Solves puzzles as they come, as many at once as the batch holds.</summary>
    /// <remarks>
    /// Reads ahead by the size of the batch and half of the queue, and waits where the queue is full, whatever the options say. A
    /// reader that stops early takes back what it has asked, and waits for the source to end: it has to heed its cancellation token.
    /// </remarks>
    /// <param name="questions">The puzzles. One that does not fit the model ends the answers at its place.</param>
    /// <param name="progress">Told the number of answers read so far, after each.</param>
    /// <param name="cancellationToken">Gives everything up.</param>
    /// <returns>The answers, in the order of the questions.</returns>
    /// <exception cref="HrmException">A puzzle does not fit the model.</exception>
    /// <exception cref="ObjectDisposedException">The solver is disposed, or was on the way.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async IAsyncEnumerable<SolverAnswer> SolveManyAsync(
        IAsyncEnumerable<SolverQuestion> questions,
        IProgress<int>? progress = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(questions);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pending = Channel.CreateBounded<Task<SolverAnswer>>(_options.MaxBatchSize + (_options.MaxQueueLength / 2));
        var asking = AskAllAsync(questions, pending.Writer, stop.Token);
        try
        {
            var answered = 0;
            await foreach (var answer in pending.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return await TakeAsync(answer, cancellationToken).ConfigureAwait(false);
                progress?.Report(++answered);
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

    /// <summary>Solves a puzzle and keeps what the model thought after every segment; waits for all of it.</summary>
    /// <param name="tokens">The puzzle, seq_len tokens.</param>
    /// <param name="puzzleId">The puzzle id, for models with a puzzle embedding.</param>
    /// <returns>An answer a segment, in order.</returns>
    /// <exception cref="ShapeMismatchException">The number of tokens does not fit the model.</exception>
    /// <exception cref="TokenOutOfRangeException">A token or the id is beyond the model's tables.</exception>
    /// <exception cref="SolverBusyException">The queue is full, and the options say not to wait.</exception>
    /// <exception cref="ObjectDisposedException">The solver is disposed, or was while the puzzle was in it.</exception>
    public IReadOnlyList<SegmentAnswer> Trace(ReadOnlySpan<int> tokens, int puzzleId = 0)
    {
        RequestValidation.Require(Config, tokens, puzzleId);
        var request = new TraceRequest(tokens.ToArray(), puzzleId, _options.MaxSegments, _halting);
        return _instrumentation is { } watching ? watching.Watch(() => TraceBlocking(request)) : TraceBlocking(request);
    }

    /// <summary>Solves a puzzle, and gives what the model thinks after each segment as soon as it is there.</summary>
    /// <param name="tokens">The puzzle, seq_len tokens; copied.</param>
    /// <param name="puzzleId">The puzzle id, for models with a puzzle embedding.</param>
    /// <param name="cancellationToken">Gives the puzzle up.</param>
    /// <returns>An answer a segment, in order; a reader that stops early frees the puzzle's place.</returns>
    /// <exception cref="ShapeMismatchException">At the call: the number of tokens does not fit the model.</exception>
    /// <exception cref="TokenOutOfRangeException">At the call: a token or the id is beyond the model's tables.</exception>
    /// <exception cref="SolverBusyException">At the first answer: the queue is full, and the options say not to wait.</exception>
    /// <exception cref="ObjectDisposedException">The solver is disposed, or was while the puzzle was in it.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IAsyncEnumerable<SegmentAnswer> TraceAsync(ReadOnlyMemory<int> tokens, int puzzleId = 0, CancellationToken cancellationToken = default)
    {
        RequestValidation.Require(Config, tokens.Span, puzzleId);
        var trace = TraceCheckedAsync(tokens.ToArray(), puzzleId, cancellationToken);
        return _instrumentation is { } watching ? watching.WatchAsync(trace, cancellationToken) : trace;
    }

    /// <summary>Stops the thread after the segment that it runs; what is not answered by then fails with <see cref="ObjectDisposedException"/>.</summary>
    /// <exception cref="InvalidOperationException">Called on the solver's own thread, for instance by a halting policy.</exception>
    public void Dispose()
    {
        _loop.RequireOtherThread();

        // Whoever comes second waits too: what the thread works with is freed when it has left, and only once.
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

    /// <summary>Lets others watch the solver; to be called before anybody asks anything.</summary>
    internal void Watch(IMeterFactory? meters, ILogger logger, TimeProvider time)
        => _instrumentation = new SolverInstrumentation(meters, logger, time, () => Statistics);

    /// <summary>
    /// Solves a puzzle that was checked, by a policy of its own and from a start of its own. Only the first of several attempts is
    /// refused where the queue is full: the others would have been thought through in vain. The others alone are given up where they
    /// have not begun when the time of a <see cref="DeadlineHalting"/> runs out; <paramref name="timeIsUp"/> ends their wait for room.
    /// </summary>
    internal Task<SolverAnswer> AttemptAsync(
        int[] tokens, int puzzleId, int maxSegments, IHaltingPolicy halting, StartNoise? noise, bool isFirst, CancellationToken timeIsUp, CancellationToken cancellationToken)
    {
        var request = new AnswerRequest(tokens, puzzleId, maxSegments, halting) { Noise = noise, BeginsBefore = isFirst ? null : halting as DeadlineHalting };
        return isFirst
            ? AnswerAsync(request, _options.RejectWhenFull, cancellationToken)
            : WatchedAsync(() => LaterAttemptAsync(request, timeIsUp, cancellationToken));
    }

    private AnswerRequest Ask(ReadOnlySpan<int> tokens, int puzzleId)
    {
        RequestValidation.Require(Config, tokens, puzzleId);
        return new AnswerRequest(tokens.ToArray(), puzzleId, _options.MaxSegments, _halting) { KeepsLogits = _options.KeepLogits };
    }

    private Task<SolverAnswer> AnswerAsync(AnswerRequest request, bool rejectWhenFull, CancellationToken cancellationToken)
        => WatchedAsync(() => AnswerUnwatchedAsync(request, rejectWhenFull, cancellationToken));

    private Task<SolverAnswer> WatchedAsync(Func<Task<SolverAnswer>> ask) => _instrumentation is { } watching ? watching.WatchAsync(ask) : ask();

    private async Task<SolverAnswer> AnswerUnwatchedAsync(AnswerRequest request, bool rejectWhenFull, CancellationToken cancellationToken)
    {
        await EnqueueAsync(request, rejectWhenFull, cancellationToken).ConfigureAwait(false);
        using var registration = CancelWith(request, cancellationToken);
        return await request.Answered.ConfigureAwait(false);
    }

    private async Task<SolverAnswer> LaterAttemptAsync(AnswerRequest request, CancellationToken timeIsUp, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(timeIsUp, cancellationToken);
        await EnqueueAsync(request, rejectWhenFull: false, waiting.Token).ConfigureAwait(false);
        using var registration = CancelWith(request, cancellationToken);
        return await request.Answered.ConfigureAwait(false);
    }

    private SolverAnswer AnswerBlocking(AnswerRequest request)
    {
        Enqueue(request);
        return request.Answered.GetAwaiter().GetResult();
    }

    private IReadOnlyList<SegmentAnswer> TraceBlocking(TraceRequest request)
    {
        Enqueue(request);
        return request.WaitForAll();
    }

    /// <summary>An answer whose cancellation, if it was the caller's, carries the caller's token.</summary>
    private static async Task<SolverAnswer> TakeAsync(Task<SolverAnswer> answer, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private async Task AskAllAsync(IAsyncEnumerable<SolverQuestion> questions, ChannelWriter<Task<SolverAnswer>> pending, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var question in questions.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                var answer = AnswerAsync(Ask(question.Tokens.Span, question.PuzzleId), rejectWhenFull: false, cancellationToken);
                await pending.WriteAsync(answer, cancellationToken).ConfigureAwait(false);
            }

            pending.Complete();
        }
        catch (Exception error)
        {
            // Of the questions, or of whoever makes them: it comes out after the answers to those before.
            pending.Complete(error);
        }
    }

    private async IAsyncEnumerable<SegmentAnswer> TraceCheckedAsync(
        int[] tokens,
        int puzzleId,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new TraceRequest(tokens, puzzleId, _options.MaxSegments, _halting);
        await EnqueueAsync(request, _options.RejectWhenFull, cancellationToken).ConfigureAwait(false);
        using var registration = CancelWith(request, cancellationToken);
        try
        {
            await foreach (var answer in request.Answers.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                yield return answer;
            }
        }
        finally
        {
            request.Cancel(cancellationToken);
        }
    }

    private void Enqueue(SolverRequest request)
    {
        if (_options.RejectWhenFull)
        {
            _loop.Add(request);
        }
        else
        {
            _loop.AddBlocking(request);
        }
    }

    private Task EnqueueAsync(SolverRequest request, bool rejectWhenFull, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!rejectWhenFull)
        {
            return _loop.AddAsync(request, cancellationToken);
        }

        _loop.Add(request);
        return Task.CompletedTask;
    }

    private static CancellationTokenRegistration CancelWith(SolverRequest request, CancellationToken cancellationToken)
        => cancellationToken.UnsafeRegister(static (waiting, token) => ((SolverRequest)waiting!).Cancel(token), request);

    /// <summary>A copy of the options that nobody else can change.</summary>
    private static SolverOptions Checked(SolverOptions? options)
    {
        options ??= new SolverOptions();
        InvalidConfigException.ThrowIfInvalid("solver options", options);
        return new SolverOptions
        {
            MaxBatchSize = options.MaxBatchSize,
            MaxQueueLength = options.MaxQueueLength,
            RejectWhenFull = options.RejectWhenFull,
            KeepLogits = options.KeepLogits,
            MaxSegments = options.MaxSegments,
            MinSegments = options.MinSegments,
            Rule = options.Rule,
        };
    }
}

/// <summary>What a solver has done since it was made, and what it is doing.</summary>
/// <param name="Solved">Puzzles that got their answer.</param>
/// <param name="Segments">Segments run.</param>
/// <param name="RowSegments">Segments run, each counted as often as it had puzzles: what was computed.</param>
/// <param name="Running">Puzzles in the running batch.</param>
/// <param name="Waiting">Puzzles in the queue.</param>
public readonly record struct SolverStatistics(long Solved, long Segments, long RowSegments, int Running, int Waiting);
