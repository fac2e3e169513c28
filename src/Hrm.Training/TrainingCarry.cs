using Hrm.Core;
using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>State kept between training steps: recurrent states, segment counts, halted rows, and the current data.</summary>
/// <remarks>Owns its tensors.</remarks>
public sealed class TrainingCarry : IDisposable
{
    /// <summary>A carry that owns the values.</summary>
    internal TrainingCarry(HrmCarry states, Tensor segments, Tensor halted, PuzzleBatch data)
    {
        States = states;
        Segments = segments;
        Halted = halted;
        Data = data;
    }

    /// <summary>zH and zL, [B, S, D] each.</summary>
    public HrmCarry States { get; private set; }

    /// <summary>Segments run on the current data, [B], int32.</summary>
    public Tensor Segments { get; private set; }

    /// <summary>The rows that have halted and take new data next, [B], bool.</summary>
    public Tensor Halted { get; private set; }

    /// <summary>The current puzzles.</summary>
    public PuzzleBatch Data { get; private set; }

    /// <summary>A carry in which every row has halted, so that the first step takes the whole batch.</summary>
    internal static TrainingCarry Start(HrmModel model, PuzzleBatch batch) => new(
        model.InitialCarry(batch.Size),
        zeros([batch.Size], ScalarType.Int32, model.Device).DetachFromDisposeScope(),
        ones([batch.Size], ScalarType.Bool, model.Device).DetachFromDisposeScope(),
        batch.Clone());

    /// <summary>Replaces the rows that have halted by those of a batch; the other rows of the batch are not used.</summary>
    internal void Refill(HrmModel model, PuzzleBatch incoming)
    {
        var (states, segments, data) = (States, Segments, Data);
        Data = data.ReplaceRows(Halted, incoming);
        States = model.ResetCarry(states, Halted);
        Segments = segments.masked_fill(Halted, HeldScalars.Zero).DetachFromDisposeScope(); // [B]
        states.Dispose();
        segments.Dispose();
        data.Dispose();
    }

    /// <summary>Replaces states, counts and halted rows after a segment; becomes their owner.</summary>
    internal void Advance(HrmCarry states, Tensor segments, Tensor halted)
    {
        States.Dispose();
        Segments.Dispose();
        Halted.Dispose();
        States = states.DetachFromDisposeScope();
        Segments = segments.DetachFromDisposeScope();
        Halted = halted.DetachFromDisposeScope();
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
