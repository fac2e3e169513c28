using System.Globalization;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Plain;
using Hrm.Core;
using Hrm.Training;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads;

/// <summary>Size of a segment of attention blocks, float32.</summary>
/// <param name="Batch">B.</param>
/// <param name="Tokens">S.</param>
/// <param name="Width">D, in heads of 64, or of 32 up to D 128.</param>
/// <param name="Layers">Blocks of each module.</param>
/// <param name="Cycles">N and T.</param>
public readonly record struct SegmentSize(int Batch, int Tokens, int Width, int Layers, int Cycles)
{
    internal HrmConfig Config => new()
    {
        SequenceLength = Tokens,
        VocabularySize = 11,
        HiddenSize = Width,
        Heads = Width / (Width <= 128 ? 32 : 64),
        HighLayers = Layers,
        LowLayers = Layers,
        HighCycles = Cycles,
        LowCycles = Cycles,
        ForwardDtype = ScalarType.Float32,
    };

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"B{Batch} S{Tokens} D{Width} L{Layers} N{Cycles} T{Cycles}");
}

/// <summary>One segment of a model by each gradient mode, by the plain op sequence, and its matrix products.</summary>
internal sealed class SegmentWorkload : IDisposable
{
    private const double TolerancePerUpdate = 5e-6;

    private readonly RandomBatches _batches;
    private readonly HrmModel _model;
    private readonly PlainModel _plain;
    private readonly SegmentRoofline _roofline;
    private readonly HrmLoss _loss = new(new StablemaxCrossEntropy());
    private readonly Tensor _segments; // [B]
    private readonly Tensor _halted; // [B]

    public SegmentWorkload(SegmentSize size)
    {
        var config = size.Config;
        _batches = RandomData.CreateBatches(config, size.Batch, count: 1);
        _model = RandomData.CreateModel(config);
        _model.train();
        _plain = new PlainModel(config, new PlainWeights(_model), GradientMode.OneStep);
        _roofline = new SegmentRoofline(config, size.Batch);
        _segments = ones([size.Batch], ScalarType.Int32);
        _halted = ones([size.Batch], ScalarType.Bool);
    }

    /// <summary>Runs the library with a gradient mode. The forward pass records the graph that the gradient needs.</summary>
    public void Run(GradientMode mode, Pass pass)
    {
        using var scope = NewDisposeScope();
        _model.Recurrence.GradientMode = mode;
        using var carry = _model.InitialCarry(_batches.First.Size);
        var output = _model.call(carry, _batches.First);
        if (pass == Pass.ForwardBackward)
        {
            _loss.Compute(output, _batches.First.Labels!, _segments, _halted, continueTarget: null).Total.backward();
            Clear(_model.parameters());
        }
    }

    /// <summary>Runs the plain op sequence with the one-step gradient.</summary>
    public void RunPlain(Pass pass)
    {
        using var scope = NewDisposeScope();
        var output = PlainSegment();
        if (pass == Pass.ForwardBackward)
        {
            PlainLoss.Compute(output, _batches.First.Labels!, _segments, _halted, continueTarget: null).Total.backward();
            Clear(_plain.Weights.Trained);
        }
    }

    /// <summary>Runs the products of the blocks with the one-step gradient.</summary>
    public void RunProducts(Pass pass)
    {
        _roofline.Forward();
        if (pass == Pass.ForwardBackward)
        {
            _roofline.BackwardOfOneStep();
        }
    }

    /// <summary>Requires that the library's segment and the plain one compute the same logits and states.</summary>
    /// <exception cref="MeasurementException">They do not.</exception>
    public void RequireEqualSegments()
    {
        // Each update adds a rounding error.
        var tolerance = TolerancePerUpdate * _model.Config.HighCycles * (_model.Config.LowCycles + 1);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var carry = _model.InitialCarry(_batches.First.Size);
        var library = _model.call(carry, _batches.First);
        var plain = PlainSegment();
        Equality.Require("logits", library.Logits, plain.Logits, tolerance);
        Equality.Require("zH", library.Carry.High, plain.States.High, tolerance);
        Equality.Require("zL", library.Carry.Low, plain.States.Low, tolerance);
    }

    public void Dispose()
    {
        _plain.Dispose();
        _model.Dispose();
        _roofline.Dispose();
        _batches.Dispose();
        _segments.Dispose();
        _halted.Dispose();
    }

    private static void Clear(IEnumerable<Tensor> parameters)
    {
        foreach (var parameter in parameters)
        {
            parameter.grad = null;
        }
    }

    private PlainOutput PlainSegment()
    {
        using var carry = _model.InitialCarry(_batches.First.Size);
        return _plain.Segment(new PlainStates(carry.High, carry.Low), _batches.First.Inputs, _batches.First.PuzzleIds);
    }
}
