using Hrm.Core;
using Microsoft.Extensions.Options;

namespace Hrm.Training;

/// <summary>Checks <see cref="TrainerOptions"/> and what they contain; every bad field is reported.</summary>
public sealed class TrainerOptionsValidator : IValidateOptions<TrainerOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, TrainerOptions options)
    {
        var errors = Check(options);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    internal static IReadOnlyList<string> Check(TrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var rules = new RangeRules()
            .Between("GlobalBatchSize", options.GlobalBatchSize, 1, 1 << 20)
            .Between("MicroBatchSize", options.MicroBatchSize, 0, 1 << 20)
            .Between("TotalSteps", options.TotalSteps, 1, long.MaxValue)
            .Between("WarmupSteps", options.WarmupSteps, 0, long.MaxValue)
            .NotNegative("LearningRate", options.LearningRate)
            .Between("MinLearningRateRatio", options.MinLearningRateRatio, 0, 1)
            .NotNegative("MaxGradientNorm", options.MaxGradientNorm)
            .Between("FiniteCheckInterval", options.FiniteCheckInterval, 0, int.MaxValue)
            .NotNegative("PuzzleLearningRate", options.PuzzleLearningRate)
            .NotNegative("PuzzleWeightDecay", options.PuzzleWeightDecay)
            .Check("EmaDecay", options.EmaDecay, options.EmaDecay is >= 0 and < 1, "0 (none) or a number below 1")
            .OneOf("TokenLoss", options.TokenLoss, TokenLossKind.Stablemax, TokenLossKind.Softmax)
            .OneOf("HaltingLoss", options.HaltingLoss, HaltingLossKind.HaltAndContinue, HaltingLossKind.HaltOnly);
        return [.. options.Optimizer.Check(rules, "Optimizer:").Errors, .. HaltingOptionsValidator.Check(options.Halting)];
    }

    internal static void RequireValid(TrainerOptions options)
    {
        InvalidConfigException.ThrowIfAny("trainer options", Check(options));
    }
}
