using Hrm.Core;
using Hrm.Training;
using TorchSharp;

namespace Hrm.PublicApi.Tests;

/// <summary>The tiny recursive model (arXiv 2510.04871) out of the parts of HRM: one module for both levels.</summary>
internal static class TinyRecursiveModel
{
    public static HrmModel Create(HrmConfig config, torch.Generator generator)
    {
        var both = ReasoningModule.Create(config, config.LowLayers, ReasoningModule.CreateRotary(config), generator);
        return new HrmModel(config, both, both, generator);
    }

    public static HrmTrainer CreateTrainer(HrmModel model, TrainerOptions options, torch.Generator generator)
    {
        options.GradientMode = GradientMode.LastCycle;
        options.HaltingLoss = HaltingLossKind.HaltOnly;
        options.Halting.Rule = HaltingRule.HaltPositive;
        return new HrmTrainer(model, options, generator);
    }
}
