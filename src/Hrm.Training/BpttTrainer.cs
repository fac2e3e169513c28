using Hrm.Core;
using TorchSharp;

namespace Hrm.Training;

/// <summary>
/// Trains by back-propagation through every update of a segment: the baseline. Memory grows with N·T.
/// </summary>
/// <remarks>Source: arXiv 2506.21734, section 2, where it is what the one-step gradient approximates.</remarks>
public sealed class BpttTrainer : HrmTrainer
{
    /// <summary>Creates the trainer.</summary>
    /// <param name="model">The model to train.</param>
    /// <param name="options">How to train it.</param>
    /// <param name="generator">Draws the exploration of halting; a CPU generator that the caller owns.</param>
    /// <exception cref="InvalidConfigException">The options have bad fields; all are listed.</exception>
    public BpttTrainer(HrmModel model, TrainerOptions options, torch.Generator generator)
        : base(model, options, generator, GradientMode.FullUnroll)
    {
    }
}
