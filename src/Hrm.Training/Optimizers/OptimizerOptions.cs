namespace Hrm.Training;

/// <summary>The optimizers of a model's weights.</summary>
public enum OptimizerKind
{
    /// <summary><see cref="Training.AdamATan2"/> for every weight, as in the paper.</summary>
    AdamATan2,

    /// <summary><see cref="Training.AdamW"/> for every weight.</summary>
    AdamW,

    /// <summary><see cref="Training.Muon"/> for the matrices of the blocks, <see cref="Training.AdamW"/> for the rest.</summary>
    Muon,
}

/// <summary>The optimizer of the weights, and its settings. The learning rate comes from the schedule.</summary>
public sealed class OptimizerOptions : IValidatedOptions
{
    /// <summary>The optimizer. Default <see cref="OptimizerKind.AdamATan2"/>.</summary>
    public OptimizerKind Kind { get; set; } = OptimizerKind.AdamATan2;

    /// <summary>β1, the decay of the mean of gradients; at least 0, below 1. Default 0.9.</summary>
    public double Beta1 { get; set; } = 0.9;

    /// <summary>β2, the decay of the mean of squared gradients; at least 0, below 1. Default 0.95.</summary>
    public double Beta2 { get; set; } = 0.95;

    /// <summary>The decoupled weight decay, times the learning rate per step. Default 0.1.</summary>
    public double WeightDecay { get; set; } = 0.1;

    /// <summary>ε of AdamW, which keeps its division finite; above 0. Default 1e-8.</summary>
    public double Epsilon { get; set; } = 1e-8;

    /// <summary>μ of Muon, the decay of its sum of gradients; at least 0, below 1. Default 0.95.</summary>
    public double Momentum { get; set; } = 0.95;

    /// <summary>The Newton–Schulz iterations of Muon. Default 5.</summary>
    public int NewtonSchulzSteps { get; set; } = 5;

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules()
        .OneOf(nameof(Kind), Kind, OptimizerKind.AdamATan2, OptimizerKind.AdamW, OptimizerKind.Muon)
        .Between(nameof(Beta1), Beta1, 0, 1 - 1e-9)
        .Between(nameof(Beta2), Beta2, 0, 1 - 1e-9)
        .NotNegative(nameof(WeightDecay), WeightDecay)
        .Positive(nameof(Epsilon), Epsilon)
        .Between(nameof(Momentum), Momentum, 0, 1 - 1e-9)
        .Between(nameof(NewtonSchulzSteps), NewtonSchulzSteps, 1, 32)
        .Errors;
}
