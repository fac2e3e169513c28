using System.Threading.Channels;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>A request to solve a puzzle, from the queue to its result.</summary>
internal abstract class SolverRequest : RunningRow
{
    protected SolverRequest(int[] tokens, int puzzleId, int maxSegments, IHaltingPolicy? halting)
        : base(tokens, puzzleId, maxSegments, halting)
    {
    }

    /// <summary>Whether the request has ended: answered, failed or cancelled.</summary>
    public abstract bool IsOver { get; }

    /// <summary>Called after each segment, on the solver's thread; must not throw.</summary>
    public abstract void Report();

    /// <summary>Ends the request with an error; nothing where it is over already.</summary>
    public abstract void Fail(Exception error);

    /// <summary>Gives the request up: its place is free from the next segment on.</summary>
    public abstract void Cancel(CancellationToken cancellationToken);
}

/// <summary>A request for the answer alone.</summary>
internal sealed class AnswerRequest : SolverRequest
{
    // Asynchronously: what follows an answer must not run on the solver's thread.
    private readonly TaskCompletionSource<SolverAnswer> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AnswerRequest(int[] tokens, int puzzleId, int maxSegments, IHaltingPolicy? halting)
        : base(tokens, puzzleId, maxSegments, halting)
    {
    }

    public Task<SolverAnswer> Answered => _completion.Task;

    /// <summary>What has to have begun by a time, or else is given up: the later ones of several attempts.</summary>
    public DeadlineHalting? BeginsBefore { get; init; }

    public override bool IsOver => _completion.Task.IsCompleted || Lapses();

    public override void Report()
    {
        if (Reason != HaltReason.None)
        {
            _completion.TrySetResult(new SolverAnswer(Answer.ToArray(), Segments, QHalt, QContinue, Reason, ReadLogits()));
        }
    }

    public override void Fail(Exception error) => _completion.TrySetException(error);

    public override void Cancel(CancellationToken cancellationToken) => _completion.TrySetCanceled(cancellationToken);

    private bool Lapses()
    {
        var isLate = !HasState && BeginsBefore is { IsOver: true };
        if (isLate)
        {
            _completion.TrySetCanceled();
        }

        return isLate;
    }

    private float[]? ReadLogits() => Logits?.to_type(ScalarType.Float32).cpu().data<float>().ToArray(); // [seq_len · V]
}

/// <summary>A request for the answer after every segment.</summary>
internal sealed class TraceRequest : SolverRequest
{
    // Holds at most as many answers as segments may run, so it needs no bound of its own.
    private readonly Channel<SegmentAnswer> _answers = Channel.CreateUnbounded<SegmentAnswer>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TraceRequest(int[] tokens, int puzzleId, int maxSegments, IHaltingPolicy? halting)
        : base(tokens, puzzleId, maxSegments, halting)
    {
        KeepsResiduals = true;
    }

    public ChannelReader<SegmentAnswer> Answers => _answers.Reader;

    public override bool IsOver => _ended.Task.IsCompleted;

    /// <summary>Blocks until the request is over, without a thread of the pool.</summary>
    /// <returns>The answers, in order.</returns>
    public IReadOnlyList<SegmentAnswer> WaitForAll()
    {
        _ended.Task.GetAwaiter().GetResult();
        var answers = new List<SegmentAnswer>();
        while (_answers.Reader.TryRead(out var answer))
        {
            answers.Add(answer);
        }

        // Complete now that it is empty: throws what the request failed with.
        _answers.Reader.Completion.GetAwaiter().GetResult();
        return answers;
    }

    public override void Report()
    {
        _answers.Writer.TryWrite(new SegmentAnswer(Segments, Answer.ToArray(), QHalt, QContinue, HighResidual, LowResidual, Reason));
        if (Reason != HaltReason.None)
        {
            End(null);
        }
    }

    public override void Fail(Exception error) => End(error);

    public override void Cancel(CancellationToken cancellationToken) => End(new OperationCanceledException(cancellationToken));

    private void End(Exception? error)
    {
        _answers.Writer.TryComplete(error);
        _ended.TrySetResult();
    }
}
