namespace Hrm.Training;

/// <summary>The loss of a token.</summary>
public enum TokenLossKind
{
    /// <summary><see cref="StablemaxCrossEntropy"/>.</summary>
    Stablemax,

    /// <summary><see cref="SoftmaxCrossEntropy"/>.</summary>
    Softmax,
}

/// <summary>The training of the Q values.</summary>
public enum HaltingLossKind
{
    /// <summary>The paper's: q_halt is trained to predict a right answer, q_continue the value of one more segment.</summary>
    HaltAndContinue,

    /// <summary>Only q_halt, without the extra segment (TRM). A third faster; halts if q_halt &gt; 0.</summary>
    HaltOnly,
}

/// <summary>Settings of a training. The defaults suit a first try; <see cref="TrainerPresets"/> has the paper's.</summary>
public sealed class TrainerOptions : IValidatedOptions
{
    /// <summary>The number of rows per step, over all processes: the batch size of the stream. Default 64.</summary>
    public int GlobalBatchSize { get; set; } = 64;

    /// <summary>
    /// The largest number of rows that run at once, in each replica. A larger batch runs in parts whose gradients add up: the same result in
    /// less memory. 0 runs all rows at once. Default 0.
    /// </summary>
    public int MicroBatchSize { get; set; }

    /// <summary>
    /// The number of replicas: threads of one core each, which share the weights, run part of the rows, and sum their gradients in a
    /// fixed order. Only on a CPU, and only for a model without modules of your own. Each holds its own gradients and activations.
    /// 0 chooses: one per thread of libtorch for a small model and a large batch, otherwise 1. Default 0.
    /// </summary>
    /// <remarks>
    /// A given number has reproducible results; with another one, sums are rounded in another order. Forward hooks of the model's
    /// modules are not called in replicas.
    /// </remarks>
    public int Replicas { get; set; }

    /// <summary>The number of optimizer steps of the whole run; the schedule ends there. Default 1,000.</summary>
    public long TotalSteps { get; set; } = 1000;

    /// <summary>The number of steps over which the learning rates rise from 0. Default 100.</summary>
    public long WarmupSteps { get; set; } = 100;

    /// <summary>The highest learning rate. Default 1e-4.</summary>
    public double LearningRate { get; set; } = 1e-4;

    /// <summary>The fraction of the learning rates at the end of the schedule; 1 keeps them constant. Default 1.</summary>
    public double MinLearningRateRatio { get; set; } = 1;

    /// <summary>
    /// The updates of the recurrence that record gradients. <see langword="null"/> leaves it to the trainer:
    /// <see cref="HrmTrainer"/> then uses the paper's <see cref="Core.GradientMode.OneStep"/>. Default <see langword="null"/>.
    /// </summary>
    public GradientMode? GradientMode { get; set; }

    /// <summary>
    /// The largest norm of the gradient of all weights together; a larger gradient is scaled down to it. The puzzle embedding
    /// is not included, as only the sign of its gradient is used. 0 for no limit. Default 0.
    /// </summary>
    public double MaxGradientNorm { get; set; }

    /// <summary>
    /// The number of steps between checks of loss and gradient for NaN and infinity, before the weights are updated; 0 for
    /// never. On a GPU each check waits for the device. Default 1.
    /// </summary>
    public int FiniteCheckInterval { get; set; } = 1;

    /// <summary>The optimizer of the weights, and its settings.</summary>
    public OptimizerOptions Optimizer { get; set; } = new();

    /// <summary>The learning rate of the puzzle embedding. Default 1e-4.</summary>
    public double PuzzleLearningRate { get; set; } = 1e-4;

    /// <summary>The weight decay of the puzzle embedding. Default 0.1.</summary>
    public double PuzzleWeightDecay { get; set; } = 0.1;

    /// <summary>The decay of the average of weights that a run evaluates and exports; 0 for none. Default 0. See <see cref="HrmTrainer.Average"/>.</summary>
    public double EmaDecay { get; set; }

    /// <summary>The loss of a token.</summary>
    public TokenLossKind TokenLoss { get; set; } = TokenLossKind.Stablemax;

    /// <summary>The training of the Q values.</summary>
    public HaltingLossKind HaltingLoss { get; set; } = HaltingLossKind.HaltAndContinue;

    /// <summary>The rule by which a row stops.</summary>
    public HaltingOptions Halting { get; set; } = new();

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules()
        .Between(nameof(GlobalBatchSize), GlobalBatchSize, 1, 1 << 20)
        .Between(nameof(MicroBatchSize), MicroBatchSize, 0, 1 << 20)
        .Between(nameof(Replicas), Replicas, 0, ReplicaGroup.MostReplicas)
        .Between(nameof(TotalSteps), TotalSteps, 1, long.MaxValue)
        .Between(nameof(WarmupSteps), WarmupSteps, 0, long.MaxValue)
        .NotNegative(nameof(LearningRate), LearningRate)
        .Between(nameof(MinLearningRateRatio), MinLearningRateRatio, 0, 1)
        .OneOf(nameof(GradientMode), GradientMode ?? default, Enum.GetValues<GradientMode>())
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
