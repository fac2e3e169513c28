using System.Globalization;
using BenchmarkDotNet.Attributes;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Plain;
using Hrm.Benchmarks.Workloads;
using Hrm.Core;
using Hrm.Training;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Suites;

/// <summary>Size of a segment of attention blocks, float32.</summary>
/// <param name="Batch">B.</param>
/// <param name="Tokens">S.</param>
/// <param name="Width">D, in heads of 64, or of 32 up to D 128.</param>
/// <param name="Layers">Blocks of each module.</param>
/// <param name="Cycles">N and T.</param>
public readonly record struct SegmentSize(int Batch, int Tokens, int Width, int Layers, int Cycles)
{
    internal HrmConfig Config => new BlockSize(Width, Batch, Tokens, ScalarType.Float32).Config with
    {
        HighLayers = Layers,
        LowLayers = Layers,
        HighCycles = Cycles,
        LowCycles = Cycles,
    };

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"B{Batch} S{Tokens} D{Width} L{Layers} N{Cycles} T{Cycles}");
}

/// <summary>
/// One segment, float32, with the one-step gradient, the gradient of the last cycle, and full unrolling (back-propagation through time);
/// the one-step gradient also by the plain op sequence and as matrix products only.
/// </summary>
public class GradientBenchmarks
{
    private const double TolerancePerUpdate = 5e-6;

    private static readonly int[] Batches = [1, 4, 16, 64];
    private static readonly int[] Tokens = [16, 256, 900];
    private static readonly int[] Widths = [64, 256, 512];
    private static readonly int[] Cycles = [2, 4, 8];

    private readonly HrmLoss _loss = new(new StablemaxCrossEntropy());
    private PuzzleBatch _batch = null!;
    private HrmModel _model = null!;
    private PlainModel _plain = null!;
    private SegmentRoofline _roofline = null!;
    private Tensor _segments = null!; // [B]
    private Tensor _halted = null!; // [B]

    [ParamsSource(nameof(Sizes))]
    public SegmentSize Size { get; set; }

    /// <summary>4 + 4 blocks of the 27M preset's width as N·T grows, and a small model as B, S, D and N·T grow one at a time.</summary>
    public static IEnumerable<SegmentSize> Sizes =>
    [
        .. Cycles.Select(cycles => new SegmentSize(Batch: 2, Tokens: 81, Width: 512, Layers: 4, cycles)),
        .. Batches.Select(batch => new SegmentSize(batch, Tokens: 81, Width: 128, Layers: 2, Cycles: 2)),
        .. Tokens.Select(tokens => new SegmentSize(Batch: 16, tokens, Width: 128, Layers: 2, Cycles: 2)),
        .. Widths.Select(width => new SegmentSize(Batch: 16, Tokens: 81, width, Layers: 2, Cycles: 2)),
        .. Cycles.Skip(1).Select(cycles => new SegmentSize(Batch: 16, Tokens: 81, Width: 128, Layers: 2, cycles)),
    ];

    /// <summary>Passes to run. The forward pass records the graph that the gradient needs.</summary>
    [ParamsAllValues]
    public Pass Pass { get; set; }

    /// <summary>Creates model and data, and requires that library and plain op sequence compute the same.</summary>
    /// <exception cref="MeasurementException">They do not.</exception>
    [GlobalSetup]
    public void Setup()
    {
        var config = Size.Config;
        _batch = RandomData.CreateBatch(config, Size.Batch);
        _model = RandomData.CreateModel(config);
        _model.train();
        _plain = new PlainModel(config, new PlainWeights(_model), GradientMode.OneStep);
        _roofline = new SegmentRoofline(config, Size.Batch);
        _segments = ones([Size.Batch], ScalarType.Int32);
        _halted = ones([Size.Batch], ScalarType.Bool);
        RequireEqualSegments();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _plain.Dispose();
        _model.Dispose();
        _roofline.Dispose();
        _batch.Dispose();
        _segments.Dispose();
        _halted.Dispose();
    }

    /// <summary>The last low and the last high update record gradients.</summary>
    [Benchmark(Baseline = true)]
    public void OneStep() => Run(GradientMode.OneStep);

    /// <summary>The last cycle records gradients.</summary>
    [Benchmark]
    public void LastCycle() => Run(GradientMode.LastCycle);

    /// <summary>Every update records gradients.</summary>
    [Benchmark]
    public void FullUnroll() => Run(GradientMode.FullUnroll);

    /// <summary>One-step gradient by the authors' operations, one after the other.</summary>
    [Benchmark]
    public void PlainOneStep()
    {
        using var scope = NewDisposeScope();
        var output = PlainSegment();
        if (Pass == Pass.ForwardBackward)
        {
            PlainLoss.Compute(output, _batch.Labels!, _segments, _halted, continueTarget: null).Total.backward();
            RandomData.ClearGradients(_plain.Weights.Trained);
        }
    }

    /// <summary>Matrix products of the blocks with the one-step gradient.</summary>
    [Benchmark]
    public void Roofline()
    {
        _roofline.Forward();
        if (Pass == Pass.ForwardBackward)
        {
            _roofline.BackwardOfOneStep();
        }
    }

    private void Run(GradientMode mode)
    {
        using var scope = NewDisposeScope();
        _model.Recurrence.GradientMode = mode;
        using var carry = _model.InitialCarry(Size.Batch);
        var output = _model.call(carry, _batch);
        if (Pass == Pass.ForwardBackward)
        {
            _loss.Compute(output, _batch.Labels!, _segments, _halted, continueTarget: null).Total.backward();
            RandomData.ClearGradients(_model.parameters());
        }
    }

    private void RequireEqualSegments()
    {
        // Each update adds a rounding error.
        var tolerance = TolerancePerUpdate * Size.Cycles * (Size.Cycles + 1);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var carry = _model.InitialCarry(Size.Batch);
        var library = _model.call(carry, _batch);
        var plain = PlainSegment();
        Equality.Require("logits", library.Logits, plain.Logits, tolerance);
        Equality.Require("zH", library.Carry.High, plain.States.High, tolerance);
        Equality.Require("zL", library.Carry.Low, plain.States.Low, tolerance);
    }

    private PlainOutput PlainSegment()
    {
        using var carry = _model.InitialCarry(Size.Batch);
        return _plain.Segment(new PlainStates(carry.High, carry.Low), _batch.Inputs, _batch.PuzzleIds);
    }
}
