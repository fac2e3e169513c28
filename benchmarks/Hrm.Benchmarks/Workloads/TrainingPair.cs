using Hrm.Benchmarks.Plain;
using Hrm.Core;
using Hrm.Training;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads;

/// <summary>The library's trainer and the plain op sequence, with the same weights, data and random numbers.</summary>
internal sealed class TrainingPair : IDisposable
{
    private const int BatchCount = 8;
    private const long HaltingSeed = 7;

    private readonly SudokuBatches _libraryBatches;
    private readonly SudokuBatches _plainBatches;
    private readonly Generator _libraryGenerator = new(HaltingSeed, CPU);
    private readonly Generator _plainGenerator = new(HaltingSeed, CPU);
    private readonly HrmTrainer _trainer;
    private readonly PlainTrainer _plainTrainer;

    public TrainingPair(TrainingWorkload workload)
    {
        Workload = workload;
        _libraryBatches = new SudokuBatches(workload.Options.GlobalBatchSize, BatchCount);
        _plainBatches = new SudokuBatches(workload.Options.GlobalBatchSize, BatchCount);
        Model = RandomModel.Create(workload.Config);
        Plain = new PlainModel(workload.Config, new PlainWeights(Model), workload.GradientMode);
        _trainer = workload.CreateTrainer(Model, _libraryGenerator);
        _plainTrainer = new PlainTrainer(Plain, workload.Options, _plainGenerator, _plainBatches.First);
    }

    public TrainingWorkload Workload { get; }

    public HrmModel Model { get; }

    public PlainModel Plain { get; }

    public PuzzleBatch FirstBatch => _libraryBatches.First;

    /// <summary>One training step by the library; its metrics, which the caller disposes.</summary>
    public Tensor StepLibrary() => _trainer.Step(_libraryBatches.Next());

    /// <summary>One training step by the plain op sequence; its metrics, which the caller disposes.</summary>
    public Tensor StepPlain() => _plainTrainer.Step(_plainBatches.Next());

    public void Dispose()
    {
        _plainTrainer.Dispose();
        _trainer.Dispose();
        Model.Dispose();
        _plainGenerator.Dispose();
        _libraryGenerator.Dispose();
        _plainBatches.Dispose();
        _libraryBatches.Dispose();
    }
}
