using Hrm.Core;
using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>Computes data, states and counts of a training row by row, and compares the trainer's with them.</summary>
internal sealed class Replay(HrmModel model, int maxSegments) : IDisposable
{
    private readonly bool[] _halted = [true, true, true, true];
    private readonly int[] _segments = new int[TinyModels.Rows];
    private readonly int[][] _inputs = new int[TinyModels.Rows][];
    private readonly int[][] _labels = new int[TinyModels.Rows][];
    private readonly int[] _ids = new int[TinyModels.Rows];
    private HrmCarry _states = model.InitialCarry(TinyModels.Rows);

    /// <summary>Rows that kept their data.</summary>
    public int KeptRows { get; private set; }

    /// <summary>Rows halted by their Q values.</summary>
    public int EarlyHalts { get; private set; }

    /// <summary>Rows halted by the maximum.</summary>
    public int LateHalts { get; private set; }

    /// <summary>Gives the rows that have halted the rows of the batch, the initial states and a count of 0.</summary>
    public void Start(PuzzleBatch incoming)
    {
        using var scope = NewDisposeScope();
        var initial = model.InitialCarry(TinyModels.Rows);
        var (high, low) = (new Tensor[TinyModels.Rows], new Tensor[TinyModels.Rows]);
        for (var row = 0; row < TinyModels.Rows; row++)
        {
            var from = _halted[row] ? initial : _states;
            (high[row], low[row]) = (from.High[row], from.Low[row]);
            if (_halted[row])
            {
                _segments[row] = 0;
                _inputs[row] = incoming.Inputs[row].data<int>().ToArray();
                _labels[row] = incoming.Labels![row].data<int>().ToArray();
                _ids[row] = incoming.PuzzleIds[row].item<int>();
            }
            else
            {
                KeptRows++;
            }
        }

        var old = _states;
        _states = new HrmCarry(stack(high).DetachFromDisposeScope(), stack(low).DetachFromDisposeScope());
        old.Dispose();
        initial.Dispose();
    }

    /// <summary>Runs the segment and compares the trainer's result with it; the weights must not have been updated yet.</summary>
    public void Check(TrainingCarry carry, TrainingSegment segment)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var data = PuzzleBatch.Create([.. _inputs.SelectMany(row => row)], [.. _labels.SelectMany(row => row)], _ids, model.Config.SequenceLength);
        carry.Data.Inputs.Equals(data.Inputs).Should().BeTrue();
        carry.Data.Labels!.Equals(data.Labels!).Should().BeTrue();
        carry.Data.PuzzleIds.Equals(data.PuzzleIds).Should().BeTrue();

        var output = model.call(_states, data);
        segment.Output.Logits.detach().BeCloseTo(output.Logits, 1e-6, "logits");
        carry.States.High.BeCloseTo(output.Carry.High, 1e-6, "zH");
        carry.States.Low.BeCloseTo(output.Carry.Low, 1e-6, "zL");
        carry.States.High.requires_grad.Should().BeFalse();
        Decide(output);
        carry.Segments.data<int>().ToArray().Should().Equal(_segments);
        carry.Halted.data<bool>().ToArray().Should().Equal(_halted);
        CheckTarget(segment.ContinueTarget!, model.call(output.Carry, data));
        _states.Dispose();
        _states = output.Carry.DetachFromDisposeScope();
    }

    public void Dispose() => _states.Dispose();

    private void Decide(HrmOutput output)
    {
        for (var row = 0; row < TinyModels.Rows; row++)
        {
            _segments[row]++;
            var isLast = _segments[row] >= maxSegments;
            _halted[row] = isLast || output.QHalt[row].item<float>() > output.QContinue[row].item<float>();
            EarlyHalts += _halted[row] && !isLast ? 1 : 0;
            LateHalts += isLast ? 1 : 0;
        }
    }

    private void CheckTarget(Tensor actual, HrmOutput next)
    {
        var expected = _segments.Select((segments, row) =>
        {
            var (halt, proceed) = (next.QHalt[row].item<float>(), next.QContinue[row].item<float>());
            return 1 / (1 + Math.Exp(-(segments >= maxSegments ? halt : Math.Max(halt, proceed))));
        });
        actual.requires_grad.Should().BeFalse();
        actual.BeCloseTo(tensor(expected.ToArray()), 1e-5, "target of continuing");
    }
}
