namespace Hrm.Training;

/// <summary>
/// Trains by back-propagation through every update of a segment: the baseline. Memory grows with N·T.
/// </summary>
/// <remarks>Source: arXiv 2506.21734, section 2; the one-step gradient approximates it.</remarks>
/// <param name="model"><inheritdoc cref="HrmTrainer(HrmModel, TrainerOptions, torch.Generator)" path="/param[@name='model']"/></param>
/// <param name="options">The options; another <see cref="TrainerOptions.GradientMode"/> is refused.</param>
/// <param name="generator"><inheritdoc cref="HrmTrainer(HrmModel, TrainerOptions, torch.Generator)" path="/param[@name='generator']"/></param>
/// <exception cref="InvalidConfigException">The options have invalid fields; all are listed.</exception>
public sealed class BpttTrainer(HrmModel model, TrainerOptions options, torch.Generator generator)
    : HrmTrainer(model, options, generator, GradientMode.FullUnroll);
