using Hrm.Core;

namespace Hrm.Training;

/// <summary>How a model is trained. The defaults suit a first try; <see cref="TrainerPresets"/> has the paper's.</summary>
public sealed class TrainerOptions : IValidatedOptions
{
    /// <summary>The number of rows of a step, over all processes: the batch size of the stream. Default 64.</summary>
    public int GlobalBatchSize { get; set; } = 64;

    /// <summary>
    /// The most rows that run at once; a larger batch runs in parts whose gradients add up, with the same result in less
    /// memory. 0 runs all rows at once. Default 0.
    /// </summary>
    public int MicroBatchSize { get; set; }

    /// <summary>The number of optimizer steps of the whole run; the schedule ends there. Default 1,000.</summary>
    public long TotalSteps { get; set; } = 1000;

    /// <summary>The number of steps over which the learning rates rise from 0. Default 100.</summary>
    public long WarmupSteps { get; set; } = 100;

    /// <summary>The highest learning rate. Default 1e-4.</summary>
    public double LearningRate { get; set; } = 1e-4;

    /// <summary>The share of the learning rates that is left at the end; 1 keeps them constant. Default 1.</summary>
    public double MinLearningRateRatio { get; set; } = 1;

    /// <summary>
    /// The largest norm of the gradient of all weights together (the puzzle embedding's, of which only the sign is used, is
    /// not among them); a larger one is scaled down to it. 0 for no limit. Default 0.
    /// </summary>
    public double MaxGradientNorm { get; set; }

    /// <summary>
    /// Every how many steps loss and gradient are looked at for NaN and infinity, before the weights are updated; 0 for
    /// never. On a GPU each look waits for the device. Default 1.
    /// </summary>
    public int FiniteCheckInterval { get; set; } = 1;

    /// <summary>The optimizer of the weights, and its settings.</summary>
    public OptimizerOptions Optimizer { get; set; } = new();

    /// <summary>The learning rate of the puzzle embedding. Default 1e-4.</summary>
    public double PuzzleLearningRate { get; set; } = 1e-4;

    /// <summary>The weight decay of the puzzle embedding. Default 0.1.</summary>
    public double PuzzleWeightDecay { get; set; } = 0.1;

    /// <summary>The decay of the average of weights that is evaluated and saved; 0 for none. Default 0.</summary>
    public double EmaDecay { get; set; }

    /// <summary>The loss of a token.</summary>
    public TokenLossKind TokenLoss { get; set; } = TokenLossKind.Stablemax;

    /// <summary>How the Q values are trained.</summary>
    public HaltingLossKind HaltingLoss { get; set; } = HaltingLossKind.HaltAndContinue;

    /// <summary>When a row stops.</summary>
    public HaltingOptions Halting { get; set; } = new();

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules()
        .Between(nameof(GlobalBatchSize), GlobalBatchSize, 1, 1 << 20)
        .Between(nameof(MicroBatchSize), MicroBatchSize, 0, 1 << 20)
        .Between(nameof(TotalSteps), TotalSteps, 1, long.MaxValue)
        .Between(nameof(WarmupSteps), WarmupSteps, 0, long.MaxValue)
        .NotNegative(nameof(LearningRate), LearningRate)
        .Between(nameof(MinLearningRateRatio), MinLearningRateRatio, 0, 1)
        .NotNegative(nameof(MaxGradientNorm), MaxGradientNorm)
        .Between(nameof(FiniteCheckInterval), FiniteCheckInterval, 0, int.MaxValue)
        .NotNegative(nameof(PuzzleLearningRate), PuzzleLearningRate)
        .NotNegative(nameof(PuzzleWeightDecay), PuzzleWeightDecay)
        .Check(nameof(EmaDecay), EmaDecay, EmaDecay is >= 0 and < 1, "0 (none) or a number below 1")
        .OneOf(nameof(TokenLoss), TokenLoss, TokenLossKind.Stablemax, TokenLossKind.Softmax)
        .OneOf(nameof(HaltingLoss), HaltingLoss, HaltingLossKind.HaltAndContinue, HaltingLossKind.HaltOnly)
        .Nested(nameof(Optimizer), Optimizer)
        .Nested(nameof(Halting), Halting)
        .Errors;
}
