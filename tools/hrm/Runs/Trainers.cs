using Hrm.Core;
using Hrm.Training;
using TorchSharp;

namespace Hrm.Tool;

/// <summary>The trainer that the settings name.</summary>
internal static class Trainers
{
    public static HrmTrainer Create(LabSettings settings, HrmModel model, torch.Generator generator) => settings.Gradient switch
    {
        GradientMode.LastCycle => new LastCycleTrainer(model, settings.Trainer, generator),
        GradientMode.FullUnroll => new BpttTrainer(model, settings.Trainer, generator),
        _ => new OneStepGradTrainer(model, settings.Trainer, generator),
    };
}
