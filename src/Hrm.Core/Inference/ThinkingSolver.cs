namespace Hrm.Core;

/// <summary>
/// Thinks more about a puzzle than one pass does: asks it in several ways and from several starts, for longer than the model was
/// trained to think, and takes one of the answers.
/// </summary>
/// <remarks>
/// The attempts go through the running batch of a solver, with those of other puzzles; ask for many puzzles at once to fill it.
/// The same seed draws the same symmetries and noise; how many of the attempts are made then depends on time only where a time
/// budget or the task's check ends them early. Safe from several threads.
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
    /// <param name="solver">Answers each attempt; stays the caller's.</param>
    /// <param name="options">How much to think; read now.</param>
    /// <param name="task">
    /// The task, where the options ask for symmetries (an <see cref="ISymmetricTask"/>) or its check; drawn from now.
    /// </param>
    /// <param name="time">Measures the time budget; the system's by default.</param>
    /// <exception cref="InvalidConfigException">The options have bad fields, or the task cannot do what they ask; all are listed.</exception>
    public ThinkingSolver(HrmSolver solver, ThinkingOptions options, IPuzzleTask? task = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(solver);
        ArgumentNullException.ThrowIfNull(options);
        InvalidConfigException.ThrowIfAny("thinking options", [.. options.FindErrors(), .. Lacking(options, task, solver.Config)]);
        _solver = solver;
        _task = options.Selection == AnswerSelection.Checker ? task : null;
        _time = time ?? TimeProvider.System;
        _maxSegments = MaxSegmentsOf(solver, options);
        _timeBudget = options.TimeBudget;
        _selection = options.Selection;
        var random = new StatefulRandom(options.Seed);
        _symmetries = [null, .. Enumerable.Range(1, options.Symmetries - 1).Select(way => ((ISymmetricTask)task!).DrawSymmetry(random.Split(way)))];
        _starts = [null, .. Enumerable.Range(1, options.Starts - 1).Select(start => (StartNoise?)new StartNoise(options.NoiseDeviation, random.Split(-start).NextInt64()))];
    }

    /// <summary>Thinks about a puzzle; waits for the answer.</summary>
    /// <param name="tokens">The puzzle, seq_len tokens.</param>
    /// <param name="puzzleId">The puzzle id, for models with a puzzle embedding; the same for every attempt.</param>
    /// <exception cref="HrmException">The puzzle does not fit the model, or the solver is too busy.</exception>
    /// <exception cref="ObjectDisposedException">The solver is disposed, or was while the puzzle was in it.</exception>
    public ThinkingAnswer Solve(ReadOnlySpan<int> tokens, int puzzleId = 0)
    {
        RequestValidation.Require(_solver.Config, tokens, puzzleId);
        return SolveCheckedAsync(tokens.ToArray(), puzzleId, CancellationToken.None).GetAwaiter().GetResult();
    }

    /// <summary>Thinks about a puzzle.</summary>
    /// <param name="tokens">The puzzle, seq_len tokens; copied.</param>
    /// <param name="puzzleId">The puzzle id, for models with a puzzle embedding; the same for every attempt.</param>
    /// <param name="cancellationToken">Gives every attempt up.</param>
    /// <exception cref="HrmException">At the call: the puzzle does not fit the model. Later: the solver is too busy.</exception>
    /// <exception cref="ObjectDisposedException">The solver is disposed, or was while the puzzle was in it.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Task<ThinkingAnswer> SolveAsync(ReadOnlyMemory<int> tokens, int puzzleId = 0, CancellationToken cancellationToken = default)
    {
        RequestValidation.Require(_solver.Config, tokens.Span, puzzleId);
        return SolveCheckedAsync(tokens.ToArray(), puzzleId, cancellationToken);
    }

    private async Task<ThinkingAnswer> SolveCheckedAsync(int[] tokens, int puzzleId, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timeIsUp = new CancellationTokenSource(_timeBudget ?? Timeout.InfiniteTimeSpan, _time);
        var deadline = _timeBudget is { } budget ? new DeadlineHalting(_solver.Halting, budget, _time) : null;
        var attempts = Ways(tokens)
            .SelectMany(way => Enumerable.Range(0, _starts.Length).Select(start => AttemptAsync(way, start, tokens, puzzleId, deadline ?? _solver.Halting, timeIsUp.Token, stop.Token)))
            .ToArray();
        try
        {
            return AnswerVote.Choose(await CollectAsync(attempts, deadline is not null, cancellationToken).ConfigureAwait(false), _selection);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        finally
        {
            // One that failed, or one that solved it, makes the others pointless.
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll((IEnumerable<Task>)attempts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The attempts that have ended, when all have or one has solved the puzzle; without those that time left no room for.</summary>
    private static async Task<List<ThinkingAttempt>> CollectAsync(IEnumerable<Task<ThinkingAttempt>> attempts, bool hasDeadline, CancellationToken cancellationToken)
    {
        var ended = new List<ThinkingAttempt>();
        await foreach (var attempt in Task.WhenEach(attempts).ConfigureAwait(false))
        {
            if (attempt.IsCanceled && hasDeadline && !cancellationToken.IsCancellationRequested)
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

    /// <summary>The ways to ask a puzzle. Two symmetries that ask the same would count one answer twice.</summary>
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

    private async Task<ThinkingAttempt> AttemptAsync((int Number, int[] Asked) way, int start, int[] tokens, int puzzleId, IHaltingPolicy halting, CancellationToken timeIsUp, CancellationToken cancellationToken)
    {
        var symmetry = _symmetries[way.Number];
        var number = (way.Number * _starts.Length) + start;
        RequestValidation.Require(_solver.Config, way.Asked, puzzleId);
        var answer = await _solver.AttemptAsync(way.Asked, puzzleId, _maxSegments, halting, _starts[start], isFirst: number == 0, timeIsUp, cancellationToken).ConfigureAwait(false);
        var answered = symmetry is null ? answer.Tokens : symmetry.Undo(answer.Tokens);
        return new ThinkingAttempt(number, answered, answer, _task?.IsSolution(tokens, answered) ?? false);
    }

    /// <summary>The largest number of segments of an attempt: the maximum, or its equal share of the budget if that is smaller.</summary>
    private static int MaxSegmentsOf(HrmSolver solver, ThinkingOptions options)
    {
        var maximum = options.MaxSegments ?? solver.MaxSegments;
        return options.SegmentBudget is { } budget ? Math.Min(maximum, budget / (options.Symmetries * options.Starts)) : maximum;
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

/// <summary>A policy that also ends when a time is over that began before the puzzle did.</summary>
internal sealed class DeadlineHalting : IHaltingPolicy
{
    private readonly IHaltingPolicy _policy;
    private readonly TimeSpan _budget;
    private readonly TimeProvider _time;
    private readonly long _start;

    public DeadlineHalting(IHaltingPolicy policy, TimeSpan budget, TimeProvider time)
    {
        _policy = policy;
        _budget = budget;
        _time = time;
        _start = time.GetTimestamp();
    }

    /// <summary>Whether the time has run out.</summary>
    public bool IsOver => _time.GetElapsedTime(_start) >= _budget;

    public HaltReason Decide(in SegmentState state)
        => _policy.Decide(state) | (IsOver ? HaltReason.Time : HaltReason.None);
}
