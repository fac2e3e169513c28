using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>A small model and its trainer, in a dispose scope of their own.</summary>
internal sealed class TinyTraining : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Generator _generator;

    public TinyTraining(TrainerOptions options, HrmConfig? config = null, long modelSeed = 1, ulong seed = 1, IProcessGroup? group = null, AuxiliaryLoss? auxiliaryLoss = null)
    {
        _generator = new Generator(seed);
        Model = TinyModels.Create(config, modelSeed);
        Trainer = new HrmTrainer(Model, options, _generator) { Group = group, AuxiliaryLoss = auxiliaryLoss };
        Batch = TinyModels.Batch(1);
    }

    /// <summary>Options without warm-up; a trainer's default rates would change too little in a few steps.</summary>
    public static TrainerOptions Options(double learningRate = 1e-2, int maxSegments = 3, double exploration = 0.1) => new()
    {
        GlobalBatchSize = TinyModels.Rows,
        WarmupSteps = 0,
        LearningRate = learningRate,
        PuzzleLearningRate = learningRate,
        Halting = new HaltingOptions { MaxSegments = maxSegments, ExplorationProbability = exploration },
    };

    public HrmModel Model { get; }

    public HrmTrainer Trainer { get; }

    /// <summary>A random batch.</summary>
    public PuzzleBatch Batch { get; }

    public void Deconstruct(out HrmModel model, out HrmTrainer trainer) => (model, trainer) = (Model, Trainer);

    public void Deconstruct(out HrmModel model, out HrmTrainer trainer, out PuzzleBatch batch) => (model, trainer, batch) = (Model, Trainer, Batch);

    /// <summary>Takes a step with the random batch of a seed.</summary>
    public void Step(int batchSeed)
    {
        using var batch = TinyModels.Batch(batchSeed);
        Trainer.Step(batch);
    }

    public void Dispose()
    {
        Batch.Dispose();
        Trainer.Dispose();
        Model.Dispose();
        _generator.Dispose();
        _scope.Dispose();
    }
}
