namespace Hrm.Training;

/// <summary>
/// Trains with the paper's one-step gradient: only the last update of each module records, so memory does not grow with N·T.
/// </summary>
/// <remarks>Source: arXiv 2506.21734, section 2, "Approximate gradient".</remarks>
/// <param name="model"><inheritdoc cref="HrmTrainer(HrmModel, TrainerOptions, torch.Generator)" path="/param[@name='model']"/></param>
/// <param name="options">The options; another <see cref="TrainerOptions.GradientMode"/> is refused.</param>
/// <param name="generator"><inheritdoc cref="HrmTrainer(HrmModel, TrainerOptions, torch.Generator)" path="/param[@name='generator']"/></param>
/// <exception cref="InvalidConfigException">The options have invalid fields; all are listed.</exception>
public sealed class OneStepGradTrainer(HrmModel model, TrainerOptions options, torch.Generator generator)
    : HrmTrainer(model, options, generator, GradientMode.OneStep);
