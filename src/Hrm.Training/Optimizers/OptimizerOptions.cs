using Hrm.Core;

namespace Hrm.Training;

/// <summary>The optimizer of the weights, and its settings. The learning rate comes from the schedule.</summary>
public sealed class OptimizerOptions
{
    /// <summary>The optimizer. Default <see cref="OptimizerKind.AdamATan2"/>.</summary>
    public OptimizerKind Kind { get; set; } = OptimizerKind.AdamATan2;

    /// <summary>β1, the decay of the mean of gradients; 0 … 1, below 1. Default 0.9.</summary>
    public double Beta1 { get; set; } = 0.9;

    /// <summary>β2, the decay of the mean of squared gradients; 0 … 1, below 1. Default 0.95.</summary>
    public double Beta2 { get; set; } = 0.95;

    /// <summary>The decoupled weight decay, times the learning rate a step. Default 0.1.</summary>
    public double WeightDecay { get; set; } = 0.1;

    /// <summary>ε of AdamW, which keeps its division finite; above 0. Default 1e-8.</summary>
    public double Epsilon { get; set; } = 1e-8;

    /// <summary>μ of Muon, the decay of its sum of gradients; 0 … 1, below 1. Default 0.95.</summary>
    public double Momentum { get; set; } = 0.95;

    /// <summary>The Newton–Schulz iterations of Muon. Default 5.</summary>
    public int NewtonSchulzSteps { get; set; } = 5;

    internal RangeRules Check(RangeRules rules, string prefix) => rules
        .OneOf($"{prefix}Kind", Kind, OptimizerKind.AdamATan2, OptimizerKind.AdamW, OptimizerKind.Muon)
        .Between($"{prefix}Beta1", Beta1, 0, 1 - 1e-9)
        .Between($"{prefix}Beta2", Beta2, 0, 1 - 1e-9)
        .NotNegative($"{prefix}WeightDecay", WeightDecay)
        .Positive($"{prefix}Epsilon", Epsilon)
        .Between($"{prefix}Momentum", Momentum, 0, 1 - 1e-9)
        .Between($"{prefix}NewtonSchulzSteps", NewtonSchulzSteps, 1, 32);

    internal void RequireValid()
    {
        InvalidConfigException.ThrowIfAny("optimizer options", Check(new RangeRules(), string.Empty).Errors);
    }
}
