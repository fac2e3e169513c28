using System.Threading.Channels;

namespace Hrm.Core;

/// <summary>A puzzle in a solver, and the caller that waits for its answer or for the prediction of each segment.</summary>
internal sealed class SolverRequest : RunningRow
{
    // Continuations must not run on the solver's thread.
    private readonly TaskCompletionSource<SolverAnswer> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Holds at most as many predictions as segments may run, so it needs no bound of its own.
    private readonly Channel<SolverAnswer>? _trace;

    /// <summary>Creates a request whose tokens and id were checked by <see cref="Require"/>; it uses the model until it is over.</summary>
    public SolverRequest(ServedModel model, int[] tokens, int puzzleId, int maxSegments, IHaltingPolicy? halting = null, bool isTrace = false)
        : base(tokens, puzzleId, maxSegments, halting ?? model.Halting)
    {
        Model = model;
        model.Enter();
        KeepsResiduals = isTrace;
        _trace = isTrace ? Channel.CreateUnbounded<SolverAnswer>(new UnboundedChannelOptions { SingleReader = true }) : null;
    }

    public ServedModel Model { get; }

    /// <summary>The answer; fails with the error of the request.</summary>
    public Task<SolverAnswer> Answered => _completion.Task;

    /// <summary>The predictions of a trace, one per segment.</summary>
    public ChannelReader<SolverAnswer> Trace => _trace!.Reader;

    /// <summary>Cancels the request if its first segment has not begun at a deadline.</summary>
    public DeadlineHalting? BeginsBefore { get; init; }

    /// <summary>Whether the request is answered, failed or cancelled.</summary>
    public bool IsOver
    {
        get
        {
            if (!HasState && BeginsBefore is { IsOver: true })
            {
                Fail(new OperationCanceledException());
            }

            return _completion.Task.IsCompleted;
        }
    }

    /// <summary>Checks a puzzle against a model's tables before it enters the queue.</summary>
    /// <exception cref="ShapeMismatchException">The number of tokens differs; a token or the id exceeds the tables; the error names the position.</exception>
    public static void Require(HrmConfig config, ReadOnlySpan<int> tokens, int puzzleId)
    {
        if (tokens.Length != config.SequenceLength)
        {
            throw new ShapeMismatchException(nameof(tokens), $"[{config.SequenceLength}]", $"[{tokens.Length}]");
        }

        for (var position = 0; position < tokens.Length; position++)
        {
            if ((uint)tokens[position] >= (uint)config.VocabularySize)
            {
                throw new ShapeMismatchException($"tokens[{position}]", $"0 … {config.VocabularySize - 1}", $"{tokens[position]}");
            }
        }

        if ((uint)puzzleId >= (uint)config.PuzzleIdCount)
        {
            throw new ShapeMismatchException(nameof(puzzleId), $"0 … {config.PuzzleIdCount - 1}", $"{puzzleId}");
        }
    }

    /// <summary>Blocks until a trace is complete, without a thread of the pool.</summary>
    public IReadOnlyList<SolverAnswer> WaitForTrace()
    {
        Answered.GetAwaiter().GetResult();
        return [.. Trace.ReadAllAsync(CancellationToken.None).ToBlockingEnumerable(CancellationToken.None)];
    }

    /// <summary>Reports the segment that has run; called on the solver's thread.</summary>
    public void Report()
    {
        // Before the last prediction, whose reader may end the request.
        if (Reason != HaltReason.None
            && _completion.TrySetResult(new SolverAnswer(Answer.ToArray(), Segments, QHalt, QContinue, Reason, Logits: Logits)))
        {
            Model.Leave();
        }

        _trace?.Writer.TryWrite(new SolverAnswer(Answer.ToArray(), Segments, QHalt, QContinue, Reason, Residuals.High, Residuals.Low));
        if (Reason != HaltReason.None)
        {
            _trace?.Writer.TryComplete();
        }
    }

    /// <summary>Ends the request with an error or a cancellation, if it is not over; frees its place from the next segment on.</summary>
    public void Fail(Exception error)
    {
        _trace?.Writer.TryComplete(error);
        if (_completion.TrySetException(error))
        {
            Model.Leave();
        }

        _ = _completion.Task.Exception; // Observed: the reader of a trace gets the error from the channel.
    }
}
