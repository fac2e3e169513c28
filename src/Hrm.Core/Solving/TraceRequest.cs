using System.Threading.Channels;

namespace Hrm.Core;

/// <summary>A request for the answer after every segment.</summary>
internal sealed class TraceRequest : SolverRequest
{
    // Holds at most as many answers as the policy allows segments, so it needs no bound of its own.
    private readonly Channel<SegmentAnswer> _answers = Channel.CreateUnbounded<SegmentAnswer>(new UnboundedChannelOptions { SingleReader = true });
    private volatile bool _isOver;

    public TraceRequest(int[] tokens, int puzzleId, IHaltingPolicy halting)
        : base(tokens, puzzleId, halting)
    {
        KeepsResiduals = true;
    }

    public ChannelReader<SegmentAnswer> Answers => _answers.Reader;

    public override bool IsOver => _isOver;

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
        _isOver = true;
        _answers.Writer.TryComplete(error);
    }
}
