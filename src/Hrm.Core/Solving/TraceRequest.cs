using System.Threading.Channels;

namespace Hrm.Core;

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
