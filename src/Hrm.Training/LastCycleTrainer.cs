using Hrm.Core;
using TorchSharp;

namespace Hrm.Training;

/// <summary>
/// Trains with the gradient of the whole last high cycle (T low updates and one high), as TRM does; memory grows with T.
/// </summary>
/// <remarks>Source: arXiv 2510.04871.</remarks>
public sealed class LastCycleTrainer : HrmTrainer
{
    /// <summary>Creates the trainer.</summary>
    /// <param name="model">The model to train.</param>
    /// <param name="options">How to train it.</param>
    /// <param name="generator">Draws the exploration of halting; a CPU generator that the caller owns.</param>
    /// <exception cref="InvalidConfigException">The options have bad fields; all are listed.</exception>
    public LastCycleTrainer(HrmModel model, TrainerOptions options, torch.Generator generator)
        : base(model, options, generator, GradientMode.LastCycle)
    {
    }
}
