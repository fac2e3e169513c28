namespace Hrm.Core;

/// <summary>
/// Solves a puzzle several times (through symmetries, from several starts, with more segments) and selects one of the answers; then
/// searches partial answers, if the options allow it and the task's check accepts no attempt.
/// </summary>
/// <remarks>
/// Attempts and search share the running batch of a solver with other requests; solve many puzzles at once to fill it. The same seed
/// draws the same symmetries and noise. Attempts and search depend on time only with a time budget or a halting policy that uses time.
/// Beside other requests rounding can differ, and with it the order of the search. A search has at most
/// <see cref="ThinkingOptions.SearchWidth"/> requests in the queue. Safe from several threads. One model does all the work on a puzzle,
/// also if the solver swaps its model meanwhile.
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
    private readonly int _evaluations;
    private readonly int _searchSegments;
    private readonly int _searchWidth;
    private readonly IPuzzleSymmetry?[] _symmetries;
    private readonly StartNoise?[] _starts;

    /// <summary>Creates the solver.</summary>
    /// <param name="solver">Runs each attempt; owned by the caller.</param>
    /// <param name="options">The number and kind of attempts; read now.</param>
    /// <param name="task">The task, if the options need symmetries (an <see cref="ISymmetricTask"/>), a search (an <see cref="ISearchableTask"/>) or its check. The symmetries are drawn now.</param>
    /// <param name="time">Measures the time budget; the system's by default.</param>
    /// <exception cref="InvalidConfigException">The options have bad fields, or the task lacks what they need; all are listed.</exception>
    public ThinkingSolver(HrmSolver solver, ThinkingOptions options, IPuzzleTask? task = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(solver);
        ArgumentNullException.ThrowIfNull(options);
        InvalidConfigException.ThrowIfAny("thinking options", [.. options.FindErrors(), .. Lacking(options, task, solver.Config)]);
        _solver = solver;
        _task = options.Selection == AnswerSelection.Checker || options.Evaluations > 0 ? task : null;
        _time = time ?? TimeProvider.System;
        _maxSegments = options.MaxSegments ?? solver.MaxSegments;
        _timeBudget = options.TimeBudget;
        _selection = options.Selection;
        (_evaluations, _searchSegments, _searchWidth) = (options.Evaluations, Math.Min(options.SearchSegments, _maxSegments), options.SearchWidth);
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

        // One model answers every request, also if the solver swaps its model meanwhile.
        using var hold = _solver.Hold();
        var deadline = _timeBudget is { } budget ? new DeadlineHalting(hold.Model.Halting, budget, _time) : null;
        var puzzle = new Puzzle(tokens, puzzleId, hold.Model, deadline, timeIsUp.Token, stop.Token);
        try
        {
            var ways = Ways(tokens).ToArray(); // before the first attempt, as a symmetry may throw
            var starts = Enumerable.Range(0, _starts.Length);
            var attempts = await CollectAsync(puzzle, ways.SelectMany(way => starts.Select(start => AttemptAsync(puzzle, way, start))), cancellationToken).ConfigureAwait(false);
            var answer = AnswerVote.Choose(attempts, _selection);
            return answer.IsSolution == false && _evaluations > answer.Evaluations
                ? await SearchAsync(puzzle, answer, attempts[0].Answer, cancellationToken).ConfigureAwait(false)
                : answer;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        finally
        {
            // A failed or an accepted attempt makes the others pointless.
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(puzzle.Running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Starts attempts and collects them in order until one solves the puzzle, without those that had not begun when time was up.</summary>
    private static async Task<List<ThinkingAttempt>> CollectAsync(Puzzle puzzle, IEnumerable<Task<ThinkingAttempt>> attempts, CancellationToken cancellationToken)
    {
        Task<ThinkingAttempt>[] running = [.. attempts];
        puzzle.Running = running;
        var ended = new List<ThinkingAttempt>();
        foreach (var attempt in running)
        {
            await ((Task)attempt).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (attempt.IsCanceled && puzzle.Deadline is not null && !cancellationToken.IsCancellationRequested)
            {
                continue;
            }

            ended.Add(await attempt.ConfigureAwait(false));
            if (ended[^1].IsSolution == true)
            {
                break;
            }
        }

        return ended;
    }

    /// <summary>Evaluates partial answers, the best first, until the task's check accepts an answer, none is left, or a budget is used up.</summary>
    private async Task<ThinkingAnswer> SearchAsync(Puzzle puzzle, ThinkingAnswer found, SolverAnswer root, CancellationToken cancellationToken)
    {
        var task = (ISearchableTask)_task!;
        var search = new AnswerSearch(task, puzzle.Tokens, root);
        while (true)
        {
            var nodes = new List<(int[] Tokens, double Cost)>();
            var room = Math.Min(_searchWidth, _evaluations - found.Evaluations);
            while (nodes.Count < room && puzzle.Deadline is not { IsOver: true } && search.TryTake(out var node))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (node is { } partial && partial.Tokens.Any(task.IsBlank))
                {
                    nodes.Add(partial);
                }
                else if (node is { } complete && task.IsSolution(puzzle.Tokens, complete.Tokens))
                {
                    return found with { Tokens = complete.Tokens, Agreeing = 1, QHalt = float.NaN, IsSolution = true, Source = AnswerSource.Search };
                }
            }

            if (nodes.Count == 0)
            {
                return puzzle.Deadline is { IsOver: true } ? found with { Reason = found.Reason | HaltReason.Time } : found;
            }

            var ended = await CollectAsync(puzzle, nodes.Select((node, number) => EvaluateAsync(puzzle, node.Tokens, number)), cancellationToken).ConfigureAwait(false);
            found = found with { Evaluations = found.Evaluations + ended.Count, Segments = found.Segments + ended.Sum(attempt => (long)attempt.Answer.Segments) };
            foreach (var attempt in ended)
            {
                if (attempt.IsSolution == true)
                {
                    return found with { Tokens = attempt.Tokens, Agreeing = 1, QHalt = attempt.Answer.QHalt, IsSolution = true, Reason = attempt.Answer.Reason, Source = AnswerSource.Search };
                }

                search.Expand(nodes[attempt.Number], attempt.Answer);
            }

            if (ended.Count < nodes.Count)
            {
                return found with { Reason = found.Reason | HaltReason.Time }; // Not exhaustive: those that had not begun are lost.
            }
        }
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

    private async Task<ThinkingAttempt> AttemptAsync(Puzzle puzzle, (int Number, int[] Asked) way, int start)
    {
        var symmetry = _symmetries[way.Number];
        var number = (way.Number * _starts.Length) + start;
        var answer = await AskAsync(puzzle, way.Asked, _maxSegments, keepsLogits: number == 0 && _evaluations > 0, _starts[start], isFirst: number == 0).ConfigureAwait(false);
        var answered = symmetry is null ? answer.Tokens : symmetry.Undo(answer.Tokens);
        return new ThinkingAttempt(number, answered, answer, _task?.IsSolution(puzzle.Tokens, answered));
    }

    /// <summary>Evaluates a partial answer: the model fills its blanks.</summary>
    private async Task<ThinkingAttempt> EvaluateAsync(Puzzle puzzle, int[] node, int number)
    {
        var task = (ISearchableTask)_task!;
        var answer = await AskAsync(puzzle, node, _searchSegments, keepsLogits: true).ConfigureAwait(false);
        int[] answered = [.. node.Zip(answer.Tokens, (token, predicted) => task.IsBlank(token) ? predicted : token)];
        return new ThinkingAttempt(number, answered, answer, task.IsSolution(puzzle.Tokens, answered));
    }

    /// <summary>Runs the model. The first attempt always runs, and only it is rejected by a full queue, so that no finished work is wasted.</summary>
    private Task<SolverAnswer> AskAsync(Puzzle puzzle, int[] asked, int maxSegments, bool keepsLogits, StartNoise? noise = null, bool isFirst = false)
    {
        SolverRequest.Require(puzzle.Model.Model.Config, asked, puzzle.Id);
        var request = new SolverRequest(puzzle.Model, asked, puzzle.Id, maxSegments, puzzle.Deadline)
        {
            Noise = noise,
            BeginsBefore = isFirst ? null : puzzle.Deadline,
            KeepsLogits = keepsLogits,
        };
        return _solver.AnswerAsync(request, mayReject: isFirst, puzzle.Stop, isFirst ? CancellationToken.None : puzzle.TimeIsUp);
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

        if (options.Evaluations > 0 && task is not ISearchableTask)
        {
            yield return $"Evaluations: expected a task whose partial answers can be searched, got {got}";
        }

        if (task is not null && (task.SequenceLength != config.SequenceLength || task.VocabularySize != config.VocabularySize))
        {
            yield return $"task: expected {config.SequenceLength} tokens of a vocabulary of {config.VocabularySize}, as the model has, got {task.SequenceLength} of {task.VocabularySize}";
        }
    }

    /// <summary>A puzzle, the model that works on it, and what ends the work.</summary>
    private sealed record Puzzle(int[] Tokens, int Id, ServedModel Model, DeadlineHalting? Deadline, CancellationToken TimeIsUp, CancellationToken Stop)
    {
        /// <summary>The attempts or evaluations that have been started last.</summary>
        public IReadOnlyList<Task> Running { get; set; } = [];
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
