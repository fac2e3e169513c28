using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>A small model and its trainer, in a dispose scope of their own.</summary>
internal sealed class TinyTraining : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Generator _generator;

    public TinyTraining(TrainerOptions options, HrmConfig? config = null, long modelSeed = 1, ulong seed = 1, int worldSize = 1)
    {
        _generator = new Generator(seed);
        Model = TinyModels.Create(config, modelSeed);
        Trainer = new HrmTrainer(Model, options, _generator) { WorldSize = worldSize };
    }

    public HrmModel Model { get; }

    public HrmTrainer Trainer { get; }

    public void Deconstruct(out HrmModel model, out HrmTrainer trainer) => (model, trainer) = (Model, Trainer);

    /// <summary>Takes a step with the random batch of a seed.</summary>
    public void Step(int batchSeed)
    {
        using var batch = TinyModels.Batch(batchSeed);
        Trainer.Step(batch);
    }

    public void Dispose()
    {
        Trainer.Dispose();
        Model.Dispose();
        _generator.Dispose();
        _scope.Dispose();
    }
}
