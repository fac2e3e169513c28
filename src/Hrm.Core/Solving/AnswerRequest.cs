using static TorchSharp.torch;

namespace Hrm.Core;

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
