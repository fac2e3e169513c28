namespace Hrm.Training;

/// <summary>The result of one training segment, of all rows, even if it ran in parts.</summary>
/// <param name="Output">Logits and Q values without a graph; the carry belongs to the trainer.</param>
/// <param name="Segments">[B], int32: segments run on the current data; belongs to the trainer.</param>
/// <param name="Halted">[B], bool: the rows that stop; belongs to the trainer.</param>
/// <param name="ContinueTarget">[B], float32: the target of sigmoid(q_continue), or <see langword="null"/>.</param>
/// <param name="Loss">Loss (detached) and metrics.</param>
public sealed record TrainingSegment(HrmOutput Output, Tensor Segments, Tensor Halted, Tensor? ContinueTarget, LossResult Loss)
{
    /// <summary>Joins the rows of several parts, in order; the tensors belong to the caller's dispose scope.</summary>
    internal static TrainingSegment Join(IReadOnlyList<TrainingSegment> parts)
    {
        if (parts.Count == 1)
        {
            return parts[0];
        }

        return new TrainingSegment(
            new HrmOutput(
                Rows(part => part.Output.Logits), // [B, seq_len, V]
                Rows(part => part.Output.QHalt), // [B]
                Rows(part => part.Output.QContinue), // [B]
                new HrmCarry(Rows(part => part.Output.Carry.High), Rows(part => part.Output.Carry.Low))), // [B, S, D]
            Rows(part => part.Segments), // [B]
            Rows(part => part.Halted), // [B]
            parts[0].ContinueTarget is null ? null : Rows(part => part.ContinueTarget!), // [B]
            new LossResult(Sum(part => part.Loss.Total), Sum(part => part.Loss.Metrics))); // [], [9]

        Tensor Rows(Func<TrainingSegment, Tensor> choose) => cat([.. parts.Select(choose)]);
        Tensor Sum(Func<TrainingSegment, Tensor> choose) => stack([.. parts.Select(choose)]).sum(dim: 0);
    }

    /// <summary>Moves every tensor, without its graph, from a scope to the outer one.</summary>
    internal TrainingSegment MoveToOuter(DisposeScope scope) => Select(tensor => scope.MoveToOuter(tensor.detach()));

    /// <summary>Makes a scope the owner of every tensor, which has none.</summary>
    internal void AttachTo(DisposeScope scope) => Select(tensor =>
    {
        scope.Attach(tensor);
        return tensor;
    });

    private TrainingSegment Select(Func<Tensor, Tensor> choose) => new(
        new HrmOutput(
            choose(Output.Logits),
            choose(Output.QHalt),
            choose(Output.QContinue),
            new HrmCarry(choose(Output.Carry.High), choose(Output.Carry.Low))),
        choose(Segments),
        choose(Halted),
        ContinueTarget is null ? null : choose(ContinueTarget),
        new LossResult(choose(Loss.Total), choose(Loss.Metrics)));
}

/// <summary>State kept between training steps: recurrent states, segment counts, halted rows, and the current data.</summary>
/// <remarks>Owns its tensors.</remarks>
internal sealed class TrainingCarry(HrmCarry states, Tensor segments, Tensor halted, PuzzleBatch data) : IDisposable
{
    /// <summary>zH and zL, [B, S, D] each.</summary>
    public HrmCarry States { get; private set; } = states;

    /// <summary>Segments run on the current data, [B], int32.</summary>
    public Tensor Segments { get; private set; } = segments;

    /// <summary>The rows that have halted and take new data next, [B], bool.</summary>
    public Tensor Halted { get; private set; } = halted;

    public PuzzleBatch Data { get; private set; } = data;

    /// <summary>A carry in which every row has halted, so that the first step takes the whole batch.</summary>
    public static TrainingCarry Start(HrmModel model, PuzzleBatch batch) => new(
        model.InitialCarry(batch.Size),
        zeros([batch.Size], ScalarType.Int32, model.Device).DetachFromDisposeScope(),
        ones([batch.Size], ScalarType.Bool, model.Device).DetachFromDisposeScope(),
        batch.Clone());

    /// <summary>Replaces the rows that have halted by those of a batch; the other rows of the batch are not used.</summary>
    public void Refill(HrmModel model, PuzzleBatch incoming)
    {
        var (oldStates, oldSegments, oldData) = (States, Segments, Data);
        Data = oldData.ReplaceRows(Halted, incoming);
        States = model.ResetCarry(oldStates, Halted);
        Segments = oldSegments.masked_fill(Halted, HeldScalars.Zero).DetachFromDisposeScope(); // [B]
        oldStates.Dispose();
        oldSegments.Dispose();
        oldData.Dispose();
    }

    /// <summary>Replaces states, counts and halted rows after a segment; becomes their owner.</summary>
    public void Advance(TrainingSegment segment)
    {
        States.Dispose();
        Segments.Dispose();
        Halted.Dispose();
        States = segment.Output.Carry.DetachFromDisposeScope();
        Segments = segment.Segments.DetachFromDisposeScope();
        Halted = segment.Halted.DetachFromDisposeScope();
    }

    public void Dispose()
    {
        States.Dispose();
        Segments.Dispose();
        Halted.Dispose();
        Data.Dispose();
    }
}
