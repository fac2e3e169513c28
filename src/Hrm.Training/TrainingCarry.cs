using Hrm.Core;
using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

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

    /// <summary>The current puzzles.</summary>
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

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        States.Dispose();
        Segments.Dispose();
        Halted.Dispose();
        Data.Dispose();
    }
}
