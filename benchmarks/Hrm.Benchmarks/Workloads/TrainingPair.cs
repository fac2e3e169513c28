using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Plain;
using Hrm.Core;
using Hrm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads;

/// <summary>
/// Training steps by the library, by the plain op sequence with the same weights, data and random numbers, and their matrix products.
/// </summary>
internal sealed class TrainingPair : IDisposable
{
    private const int BatchCount = 4;
    private const ulong HaltingSeed = 7;

    private readonly PuzzleBatch[] _batches;
    private readonly Generator _libraryGenerator = new(HaltingSeed, CPU);
    private readonly Generator _plainGenerator = new(HaltingSeed, CPU);
    private readonly HrmTrainer _trainer;
    private readonly HrmModel _model;
    private readonly PlainTrainer _plainTrainer;
    private readonly PlainModel _plain;
    private readonly TrainingSetup _setup;
    private int _librarySteps;
    private int _plainSteps;

    /// <param name="setup">The training.</param>
    /// <param name="device">Device; the CPU by default.</param>
    public TrainingPair(TrainingSetup setup, Device? device = null)
    {
        _setup = setup;
        _batches = [.. Enumerable.Range(0, BatchCount).Select(seed => RandomData.CreateBatch(setup.Config, setup.Options.GlobalBatchSize, device, seed))];
        _model = RandomData.CreateModel(setup.Config, device);
        _plain = new PlainModel(setup.Config, new PlainWeights(_model), setup.Options.GradientMode ?? GradientMode.OneStep);
        _plainTrainer = new PlainTrainer(_plain, setup.Options, _plainGenerator, _batches[0]);
        _trainer = new HrmTrainer(_model, setup.Options, _libraryGenerator);
        Roofline = new SegmentRoofline(setup.Config, setup.Options.GlobalBatchSize, device);
    }

    public SegmentRoofline Roofline { get; }

    /// <summary>Takes a training step by the library.</summary>
    public void StepLibrary() => _trainer.Step(_batches[_librarySteps++ % BatchCount]);

    /// <summary>Averages the metrics of the library's steps since the last call; waits for the device.</summary>
    public MetricAverages TakeMetrics() => _trainer.TakeMetrics();

    /// <summary>Takes a training step by the plain op sequence; the caller owns the metrics, [8].</summary>
    public Tensor StepPlain() => _plainTrainer.Step(_batches[_plainSteps++ % BatchCount]);

    /// <summary>
    /// Requires equal losses and equal changes of the weights over three steps. A bfloat16 pair is compared in float32 first, with a
    /// tight tolerance, because the two sides round at different places.
    /// </summary>
    /// <exception cref="MeasurementException">They differ by more than the dtype explains.</exception>
    public void RequireEqualSteps()
    {
        const int Losses = 5; // Index of the first of the three losses among the metrics.
        var isWide = _setup.Config.ForwardDtype == ScalarType.Float32;
        if (!isWide)
        {
            using var wide = new TrainingPair(_setup with { Config = _setup.Config with { ForwardDtype = ScalarType.Float32 } });
            wide.RequireEqualSteps();
        }

        using var scope = NewDisposeScope();
        var rows = _setup.Options.GlobalBatchSize;
        var before = _model.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.detach().clone(), StringComparer.Ordinal);
        for (var step = 1; step <= 3; step++)
        {
            StepLibrary();
            var (averages, plain) = (TakeMetrics(), StepPlain());
            double[] losses = [averages.TokenLoss * rows, averages.QHaltLoss * rows, averages.QContinueLoss * rows];
            Equality.Require($"losses of step {step}", tensor(losses, device: plain.device), plain.narrow(0, Losses, 3), isWide ? 1e-4 : 1e-2);
        }

        foreach (var (name, parameter) in _model.named_parameters())
        {
            // A wrong update would be small against the weight, so the change is compared.
            var start = before[name];
            Equality.Require($"change of {name}", parameter.detach() - start, _plain.Weights[name].detach() - start, isWide ? 1e-2 : 0.5);
        }
    }

    public void Dispose()
    {
        Roofline.Dispose();
        _plainTrainer.Dispose();
        _trainer.Dispose();
        _model.Dispose();
        _plainGenerator.Dispose();
        _libraryGenerator.Dispose();
        Array.ForEach(_batches, batch => batch.Dispose());
    }
}
