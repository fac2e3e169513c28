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

    private readonly RandomBatches _libraryBatches;
    private readonly RandomBatches _plainBatches;
    private readonly Generator _libraryGenerator = new(HaltingSeed, CPU);
    private readonly Generator _plainGenerator = new(HaltingSeed, CPU);
    private readonly HrmTrainer _trainer;
    private readonly PlainTrainer? _plainTrainer;

    /// <param name="setup">The training.</param>
    /// <param name="device">Device; the CPU by default.</param>
    /// <param name="hasPlain">Whether the plain op sequence is needed; without it there is memory for a larger batch.</param>
    public TrainingPair(TrainingSetup setup, Device? device = null, bool hasPlain = true)
    {
        Setup = setup;
        _libraryBatches = RandomData.CreateBatches(setup.Config, setup.Options.GlobalBatchSize, BatchCount, device);
        _plainBatches = RandomData.CreateBatches(setup.Config, setup.Options.GlobalBatchSize, BatchCount, device);
        Model = RandomData.CreateModel(setup.Config, device);
        if (hasPlain)
        {
            Plain = new PlainModel(setup.Config, new PlainWeights(Model), setup.Options.GradientMode ?? GradientMode.OneStep);
            _plainTrainer = new PlainTrainer(Plain, setup.Options, _plainGenerator, _plainBatches.First);
        }

        _trainer = setup.CreateTrainer(Model, _libraryGenerator);
        Roofline = new SegmentRoofline(setup.Config, setup.Options.GlobalBatchSize, device);
    }

    public TrainingSetup Setup { get; }

    public HrmModel Model { get; }

    public PlainModel? Plain { get; }

    public SegmentRoofline Roofline { get; }

    /// <summary>Takes a training step by the library.</summary>
    public void StepLibrary() => _trainer.Step(_libraryBatches.Next());

    /// <summary>Averages the metrics of the library's steps since the last call; waits for the device.</summary>
    public MetricAverages TakeMetrics() => _trainer.TakeMetrics();

    /// <summary>Takes a training step by the plain op sequence; the caller owns the metrics, [8].</summary>
    public Tensor StepPlain() => _plainTrainer!.Step(_plainBatches.Next());

    /// <summary>
    /// Requires equal losses and equal changes of the weights over three steps. A bfloat16 pair is compared in float32 first, with a
    /// tight tolerance, because the two sides round at different places.
    /// </summary>
    /// <exception cref="MeasurementException">They differ by more than the dtype explains.</exception>
    public void RequireEqualSteps()
    {
        const int Losses = 5; // Index of the first of the three losses among the metrics.
        var isWide = Setup.Config.ForwardDtype == ScalarType.Float32;
        if (!isWide)
        {
            using var wide = new TrainingPair(Setup with { Config = Setup.Config with { ForwardDtype = ScalarType.Float32 } });
            wide.RequireEqualSteps();
        }

        using var scope = NewDisposeScope();
        var rows = Setup.Options.GlobalBatchSize;
        var before = Model.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.detach().clone(), StringComparer.Ordinal);
        for (var step = 1; step <= 3; step++)
        {
            StepLibrary();
            var (averages, plain) = (TakeMetrics(), StepPlain());
            double[] losses = [averages.TokenLoss * rows, averages.QHaltLoss * rows, averages.QContinueLoss * rows];
            Equality.Require($"losses of step {step}", tensor(losses, device: plain.device), plain.narrow(0, Losses, 3), isWide ? 1e-4 : 1e-2);
        }

        foreach (var (name, parameter) in Model.named_parameters())
        {
            // A wrong update would be small against the weight, so the change is compared.
            var start = before[name];
            Equality.Require($"change of {name}", parameter.detach() - start, Plain!.Weights[name].detach() - start, isWide ? 1e-2 : 0.5);
        }
    }

    public void Dispose()
    {
        Roofline.Dispose();
        _plainTrainer?.Dispose();
        _trainer.Dispose();
        Model.Dispose();
        _plainGenerator.Dispose();
        _libraryGenerator.Dispose();
        _plainBatches.Dispose();
        _libraryBatches.Dispose();
    }
}
