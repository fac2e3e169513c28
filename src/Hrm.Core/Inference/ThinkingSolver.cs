namespace Hrm.Core;

/// <summary>Solves a puzzle several times (through symmetries, from several starts, with more segments) and selects one of the answers.</summary>
/// <remarks>
/// The attempts share the running batch of a solver with other requests; solve many puzzles at once to fill it. The same seed draws the
/// same symmetries and noise. The number of attempts depends on time only if a time budget or the task's check ends them early. Safe from
/// several threads. One model answers all attempts at a puzzle, also if the solver swaps its model meanwhile.
/// </remarks>
/// <example>
/// <code>
/// var thinking = new ThinkingSolver(solver, new ThinkingOptions { Symmetries = 9, MaxSegments = 32 }, task);
/// var answer = await thinking.SolveAsync(tokens); // answer.Agreeing of answer.Attempts gave these tokens
/// </code>
/// </example>
public sealed class ThinkingSolver
{
    private readonly HrmSolver _solver;
    private readonly IPuzzleTask? _task;
    private readonly TimeProvider _time;
    private readonly int _maxSegments;
    private readonly TimeSpan? _timeBudget;
    private readonly AnswerSelection _selection;
    private readonly IPuzzleSymmetry?[] _symmetries;
    private readonly StartNoise?[] _starts;

    /// <summary>Creates the solver.</summary>
    /// <param name="solver">Runs each attempt; owned by the caller.</param>
    /// <param name="options">The number and kind of attempts; read now.</param>
    /// <param name="task">The task, if the options need symmetries (an <see cref="ISymmetricTask"/>) or its check. The symmetries are drawn now.</param>
    /// <param name="time">Measures the time budget; the system's by default.</param>
    /// <exception cref="InvalidConfigException">The options have bad fields, or the task lacks what they need; all are listed.</exception>
    public ThinkingSolver(HrmSolver solver, ThinkingOptions options, IPuzzleTask? task = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(solver);
        ArgumentNullException.ThrowIfNull(options);
        InvalidConfigException.ThrowIfAny("thinking options", [.. options.FindErrors(), .. Lacking(options, task, solver.Config)]);
        _solver = solver;
        _task = options.Selection == AnswerSelection.Checker ? task : null;
        _time = time ?? TimeProvider.System;
        _maxSegments = options.MaxSegments ?? solver.MaxSegments;
        _timeBudget = options.TimeBudget;
        _selection = options.Selection;
        var random = new StatefulRandom(options.Seed);
        _symmetries = [null, .. Enumerable.Range(1, options.Symmetries - 1).Select(way => ((ISymmetricTask)task!).DrawSymmetry(random.Split(way)))];
        _starts = [null, .. Enumerable.Range(1, options.Starts - 1).Select(start => (StartNoise?)new StartNoise(options.NoiseDeviation, random.Split(-start).NextInt64()))];
    }

    /// <summary>Solves a puzzle; blocks until the answer is ready.</summary>
    /// <param name="tokens">The puzzle, seq_len tokens; copied.</param>
    /// <param name="puzzleId">The puzzle id, for models with a puzzle embedding; the same for every attempt.</param>
    /// <exception cref="HrmException">The puzzle does not fit the model, or the solver's queue is full.</exception>
    /// <exception cref="ObjectDisposedException">The solver is disposed, or was disposed before the answer was ready.</exception>
    public ThinkingAnswer Solve(ReadOnlySpan<int> tokens, int puzzleId = 0)
    {
        SolverRequest.Require(_solver.Config, tokens, puzzleId);
        return SolveCheckedAsync(tokens.ToArray(), puzzleId, CancellationToken.None).GetAwaiter().GetResult();
    }

    /// <summary>Solves a puzzle. Bad tokens throw at the call, everything else is reported by the task.</summary>
    /// <param name="tokens">The puzzle, seq_len tokens; copied.</param>
    /// <param name="puzzleId">The puzzle id, for models with a puzzle embedding.</param>
    /// <inheritdoc cref="Solve" path="/exception"/>
    /// <param name="cancellationToken">Cancels every attempt.</param>
    /// <exception cref="OperationCanceledException">The attempts were cancelled.</exception>
    public Task<ThinkingAnswer> SolveAsync(ReadOnlyMemory<int> tokens, int puzzleId = 0, CancellationToken cancellationToken = default)
    {
        SolverRequest.Require(_solver.Config, tokens.Span, puzzleId);
        return SolveCheckedAsync(tokens.ToArray(), puzzleId, cancellationToken);
    }

    private async Task<ThinkingAnswer> SolveCheckedAsync(int[] tokens, int puzzleId, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timeIsUp = new CancellationTokenSource(_timeBudget ?? Timeout.InfiniteTimeSpan, _time);

        // One model answers every attempt, also if the solver swaps its model meanwhile.
        using var hold = _solver.Hold();
        var model = hold.Model;
        var deadline = _timeBudget is { } budget ? new DeadlineHalting(model.Halting, budget, _time) : null;
        var ways = Ways(tokens).ToArray(); // before the first attempt, as a symmetry may throw
        var attempts = ways
            .SelectMany(way => Enumerable.Range(0, _starts.Length).Select(start => AttemptAsync(model, way, start, tokens, puzzleId, deadline, timeIsUp.Token, stop.Token)))
            .ToArray();
        try
        {
            return AnswerVote.Choose(await CollectAsync(attempts, deadline, cancellationToken).ConfigureAwait(false), _selection);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        finally
        {
            // A failed or an accepted attempt makes the others pointless.
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll((IEnumerable<Task>)attempts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Collects attempts until all have ended or one has solved the puzzle, without those that had not begun when time was up.</summary>
    private static async Task<List<ThinkingAttempt>> CollectAsync(IEnumerable<Task<ThinkingAttempt>> attempts, DeadlineHalting? deadline, CancellationToken cancellationToken)
    {
        var ended = new List<ThinkingAttempt>();
        await foreach (var attempt in Task.WhenEach(attempts).ConfigureAwait(false))
        {
            if (attempt.IsCanceled && deadline is not null && !cancellationToken.IsCancellationRequested)
            {
                continue;
            }

            ended.Add(await attempt.ConfigureAwait(false));
            if (ended[^1].IsSolution)
            {
                break;
            }
        }

        return ended;
    }

    /// <summary>The distinct variants of a puzzle: two equal variants would count one answer twice.</summary>
    private IEnumerable<(int Number, int[] Asked)> Ways(int[] tokens)
    {
        var known = new List<int[]>();
        for (var number = 0; number < _symmetries.Length; number++)
        {
            var asked = _symmetries[number]?.Apply(tokens) ?? tokens;
            if (!known.Exists(other => other.AsSpan().SequenceEqual(asked)))
            {
                known.Add(asked);
                yield return (number, asked);
            }
        }
    }

    private async Task<ThinkingAttempt> AttemptAsync(ServedModel model, (int Number, int[] Asked) way, int start, int[] tokens, int puzzleId, DeadlineHalting? deadline, CancellationToken timeIsUp, CancellationToken cancellationToken)
    {
        var symmetry = _symmetries[way.Number];
        var number = (way.Number * _starts.Length) + start;
        SolverRequest.Require(model.Model.Config, way.Asked, puzzleId);
        // The first attempt always runs, and only it is rejected by a full queue, so that no finished attempt is wasted.
        var isFirst = number == 0;
        var request = new SolverRequest(model, way.Asked, puzzleId, _maxSegments, deadline) { Noise = _starts[start], BeginsBefore = isFirst ? null : deadline };
        var answer = await _solver.AnswerAsync(request, mayReject: isFirst, cancellationToken, isFirst ? CancellationToken.None : timeIsUp).ConfigureAwait(false);
        var answered = symmetry is null ? answer.Tokens : symmetry.Undo(answer.Tokens);
        return new ThinkingAttempt(number, answered, answer, _task?.IsSolution(tokens, answered) ?? false);
    }

    private static IEnumerable<string> Lacking(ThinkingOptions options, IPuzzleTask? task, HrmConfig config)
    {
        var got = task is null ? "none" : task.GetType().Name;
        if (options.Symmetries > 1 && task is not ISymmetricTask)
        {
            yield return $"Symmetries: expected a task with symmetries, got {got}";
        }

        if (options.Selection == AnswerSelection.Checker && task is null)
        {
            yield return "Selection: expected a task with a check, got none";
        }

        if (task is not null && (task.SequenceLength != config.SequenceLength || task.VocabularySize != config.VocabularySize))
        {
            yield return $"task: expected {config.SequenceLength} tokens of a vocabulary of {config.VocabularySize}, as the model has, got {task.SequenceLength} of {task.VocabularySize}";
        }
    }
}

/// <summary>A policy that also stops at a deadline. It reads the clock, because a timer may be late on a busy thread pool.</summary>
internal sealed class DeadlineHalting(IHaltingPolicy policy, TimeSpan budget, TimeProvider time) : IHaltingPolicy
{
    private readonly long _start = time.GetTimestamp();

    /// <summary>Whether the deadline has passed.</summary>
    public bool IsOver => time.GetElapsedTime(_start) >= budget;

    public HaltReason Decide(in SegmentState state)
        => policy.Decide(state) | (IsOver ? HaltReason.Time : HaltReason.None);
}
