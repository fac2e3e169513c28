using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Plain;
using Hrm.Benchmarks.Workloads;
using Hrm.Core;
using Hrm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Devices;

/// <summary>Training steps of a preset on a device: the library's, those of the plain op sequence, and their matrix products alone.</summary>
internal sealed class DeviceStep : IDisposable
{
    /// <summary>Data, weights and chance are the same on both sides.</summary>
    private const long Seed = 7;

    private readonly Generator _libraryGenerator = new((ulong)Seed, CPU);
    private readonly Generator _plainGenerator = new((ulong)Seed, CPU);
    private readonly IReadOnlyList<PuzzleBatch> _batches;
    private readonly HrmModel _model;
    private readonly OneStepGradTrainer _trainer;
    private readonly PlainTrainer? _plain;
    private readonly SegmentRoofline _roofline;
    private Tensor _metrics; // [8]
    private int _libraryNext;
    private int _plainNext;

    private DeviceStep(HrmConfig config, TrainerOptions options, IReadOnlyList<PuzzleBatch> batches, Device device, bool hasPlain)
    {
        _batches = batches;
        Batch = options.GlobalBatchSize;
        _model = RandomModel.Create(config);
        _model.to(device);

        // Neither side looks at its loss: the host would wait for the device.
        options.FiniteCheckInterval = 0;
        _plain = hasPlain ? new PlainTrainer(new PlainModel(config, new PlainWeights(_model), GradientMode.OneStep), options, _plainGenerator, batches[0]) : null;
        _trainer = new OneStepGradTrainer(_model, options, _libraryGenerator);
        _roofline = new SegmentRoofline(config, Batch, device);
        _metrics = zeros([8], ScalarType.Float64, device);
    }

    public int Batch { get; }

    /// <summary>Multiplications and additions of the products of a step.</summary>
    public double Operations => _roofline.OperationsOfTrainingStep;

    /// <summary>The paper's presets with the batch that their authors train with, and small ones for a CPU.</summary>
    /// <exception cref="MeasurementException">There is no such preset.</exception>
    public static DeviceStep Create(string preset, int? batch, ScalarType dtype, Device device, bool hasPlain)
    {
        const int ArcPuzzles = 1000;
        const int BatchCount = 4;
        var (config, options, rows) = preset switch
        {
            "sudoku-extreme" => (HrmPresets.SudokuExtreme, TrainerPresets.SudokuExtreme(), 768),
            "arc" => (HrmPresets.Arc(ArcPuzzles), TrainerPresets.Arc(), 96),
            _ => throw new MeasurementException($"--preset: expected sudoku-extreme or arc, got '{preset}'"),
        };
        options.GlobalBatchSize = batch ?? rows;
        return new DeviceStep(config with { ForwardDtype = dtype }, options, RandomBatches.Create(config, options.GlobalBatchSize, BatchCount, device), device, hasPlain);
    }

    public void StepLibrary() => Keep(_trainer.Step(_batches[_libraryNext++ % _batches.Count]));

    public void StepPlain() => _plain!.Step(_batches[_plainNext++ % _batches.Count]).Dispose();

    public void RunProducts() => _roofline.RunTrainingStep();

    /// <summary>The losses of the library's last step: that something was computed.</summary>
    public double[] TokenLosses()
    {
        var sums = MetricSums.Read(_metrics);
        return [sums.TokenLoss, sums.QHaltLoss, sums.QContinueLoss];
    }

    public void Dispose()
    {
        _roofline.Dispose();
        _trainer.Dispose();
        _plain?.Dispose();
        _model.Dispose();
        _metrics.Dispose();
        foreach (var batch in _batches)
        {
            batch.Dispose();
        }

        _libraryGenerator.Dispose();
        _plainGenerator.Dispose();
    }

    private void Keep(Tensor metrics)
    {
        _metrics.Dispose();
        _metrics = metrics;
    }
}
