using Hrm.Core;
using TorchSharp;

namespace Hrm.Training;

/// <summary>
/// Trains with the paper's one-step gradient: only the last update of each module records, so memory does not grow with N·T.
/// </summary>
/// <remarks>Source: arXiv 2506.21734, section 2, "Approximate gradient".</remarks>
public sealed class OneStepGradTrainer : HrmTrainer
{
    /// <summary>Creates the trainer.</summary>
    /// <param name="model">The model to train.</param>
    /// <param name="options">How to train it.</param>
    /// <param name="generator">Draws the exploration of halting; a CPU generator that the caller owns.</param>
    /// <exception cref="InvalidConfigException">The options have bad fields; all are listed.</exception>
    public OneStepGradTrainer(HrmModel model, TrainerOptions options, torch.Generator generator)
        : base(model, options, generator, GradientMode.OneStep)
    {
    }
}
