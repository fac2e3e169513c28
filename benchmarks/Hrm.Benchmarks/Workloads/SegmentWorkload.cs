using Hrm.Benchmarks.Plain;
using Hrm.Core;
using Hrm.Training;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads;

/// <summary>One segment of a model of attention blocks, float32, by any gradient mode, by the plain op sequence, and its products alone.</summary>
internal sealed class SegmentWorkload : IDisposable
{
    private const double TolerancePerUpdate = 5e-6;

    private readonly SudokuBatches _batches;
    private readonly HrmModel _model;
    private readonly PlainModel _plain;
    private readonly SegmentRoofline _roofline;
    private readonly HrmLoss _loss = new(new StablemaxCrossEntropy());
    private readonly TrainerOptions _options;
    private readonly Generator _generator = new(1, CPU);
    private readonly SegmentPass _pass;
    private HrmTrainer? _trainer;
    private PlainTrainer? _plainTrainer;

    public SegmentWorkload(GradientWorkload size, SegmentPass pass)
    {
        _pass = pass;
        _options = new TrainerOptions { GlobalBatchSize = size.Batch };
        _batches = new SudokuBatches(size.Batch, count: 1);
        var config = HrmPresets.SudokuExtreme with
        {
            HiddenSize = size.Width,
            PuzzleEmbeddingWidth = size.Width,
            HighCycles = size.HighCycles,
            LowCycles = size.LowCycles,
            ForwardDtype = ScalarType.Float32,
        };
        _model = RandomModel.Create(config);
        _model.train();
        _plain = new PlainModel(config, new PlainWeights(_model), GradientMode.OneStep);
        _roofline = new SegmentRoofline(config, size.Batch);
    }

    /// <summary>Runs the library with a gradient mode.</summary>
    public void Run(GradientMode mode)
    {
        if (_pass == SegmentPass.TrainingStep)
        {
            _trainer ??= CreateTrainer(mode);
            _trainer.Step(_batches.First).Dispose();
            return;
        }

        using var scope = NewDisposeScope();
        var batch = _batches.First;
        _model.Recurrence.GradientMode = mode;
        using var carry = _model.InitialCarry(batch.Size);
        var output = _model.call(carry, batch);
        if (_pass == SegmentPass.ForwardBackward)
        {
            var segments = ones([batch.Size], ScalarType.Int32); // [B]
            var halted = ones([batch.Size], ScalarType.Bool); // [B]
            _loss.Compute(output, batch.Labels!, segments, halted, continueTarget: null).Total.backward();
            Clear(_model.parameters());
        }
    }

    /// <summary>Runs the plain op sequence with the one-step gradient.</summary>
    public void RunPlain()
    {
        var batch = _batches.First;
        if (_pass == SegmentPass.TrainingStep)
        {
            _plainTrainer ??= new PlainTrainer(_plain, _options, _generator, batch);
            _plainTrainer.Step(batch).Dispose();
            return;
        }

        using var scope = NewDisposeScope();
        using var carry = _model.InitialCarry(batch.Size);
        var output = _plain.Segment(new PlainStates(carry.High, carry.Low), batch.Inputs, batch.PuzzleIds);
        if (_pass == SegmentPass.ForwardBackward)
        {
            var steps = ones([batch.Size], ScalarType.Int32); // [B]
            var halted = ones([batch.Size], ScalarType.Bool); // [B]
            PlainLoss.Compute(output, batch.Labels!, steps, halted, continueTarget: null).Total.backward();
            Clear(_plain.Weights.Trained);
        }
    }

    /// <summary>Runs the products of the blocks with the one-step gradient; a training step has a second segment for its target.</summary>
    public void RunRoofline()
    {
        if (_pass == SegmentPass.TrainingStep)
        {
            _roofline.RunTrainingStep();
            return;
        }

        _roofline.Forward();
        if (_pass == SegmentPass.ForwardBackward)
        {
            _roofline.BackwardOfOneStep();
        }
    }

    /// <summary>The library's segment and the plain one must compute the same logits and states.</summary>
    /// <exception cref="UnequalResultsException">They do not.</exception>
    public void RequireEqualSegments() => EqualityProofs.Require(_model.Config, () =>
    {
        // Each update rounds anew, and hands on what it got.
        var updates = _model.Config.HighCycles * (_model.Config.LowCycles + 1);
        var tolerance = TolerancePerUpdate * updates;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var batch = _batches.First;
        using var carry = _model.InitialCarry(batch.Size);
        var library = _model.call(carry, batch);
        var plain = _plain.Segment(new PlainStates(carry.High, carry.Low), batch.Inputs, batch.PuzzleIds);
        Closeness.Require("logits", library.Logits, plain.Logits, tolerance);
        Closeness.Require("zH", library.Carry.High, plain.States.High, tolerance);
        Closeness.Require("zL", library.Carry.Low, plain.States.Low, tolerance);
    });

    public void Dispose()
    {
        _trainer?.Dispose();
        if (_plainTrainer is null)
        {
            _plain.Dispose();
        }

        _plainTrainer?.Dispose();
        _model.Dispose();
        _roofline.Dispose();
        _generator.Dispose();
        _batches.Dispose();
    }

    private static void Clear(IEnumerable<Tensor> parameters)
    {
        foreach (var parameter in parameters)
        {
            parameter.grad = null;
        }
    }

    private HrmTrainer CreateTrainer(GradientMode mode)
    {
        _options.GradientMode = mode;
        return new HrmTrainer(_model, _options, _generator);
    }
}
