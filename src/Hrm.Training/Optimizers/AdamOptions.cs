using Hrm.Core;

namespace Hrm.Training;

/// <summary>The settings of the Adam family.</summary>
public sealed class AdamOptions
{
    /// <summary>β1, the decay of the mean of gradients; 0 … 1, below 1. Default 0.9.</summary>
    public double Beta1 { get; set; } = 0.9;

    /// <summary>β2, the decay of the mean of squared gradients; 0 … 1, below 1. Default 0.95.</summary>
    public double Beta2 { get; set; } = 0.95;

    /// <summary>The decoupled weight decay, times the learning rate a step. Default 0.1.</summary>
    public double WeightDecay { get; set; } = 0.1;

    internal RangeRules Check(RangeRules rules, string prefix) => rules
        .Between($"{prefix}Beta1", Beta1, 0, 1 - 1e-9)
        .Between($"{prefix}Beta2", Beta2, 0, 1 - 1e-9)
        .NotNegative($"{prefix}WeightDecay", WeightDecay);

    internal void RequireValid()
    {
        var errors = Check(new RangeRules(), string.Empty).Errors;
        if (errors.Count > 0)
        {
            throw new InvalidConfigException("optimizer options", errors);
        }
    }
}
