using Hrm.Benchmarks.Workloads.Layers;
using Hrm.Core;
using Hrm.Training;
using TorchSharp;

namespace Hrm.Benchmarks.Workloads;

/// <summary>What a preset trains and how.</summary>
internal sealed record TrainingWorkload(HrmConfig Config, TrainerOptions Options, GradientMode GradientMode)
{
    private const int WarmupSteps = 10;

    public static TrainingWorkload Of(TrainingPreset preset, FloatKind number)
    {
        var workload = Of(preset);
        return workload with { Config = workload.Config with { ForwardDtype = number.ToDtype() } };
    }

    /// <summary>The library's trainer for the gradient mode.</summary>
    public HrmTrainer CreateTrainer(HrmModel model, torch.Generator generator) => new(model, Options, generator);

    private static TrainingWorkload Of(TrainingPreset preset) => preset switch
    {
        TrainingPreset.SudokuExtreme => SudokuExtreme(),
        TrainingPreset.Small => Small(),
        _ => throw new ArgumentOutOfRangeException(nameof(preset), preset, "expected SudokuExtreme or Small"),
    };

    private static TrainingWorkload SudokuExtreme() => new(
        HrmPresets.SudokuExtreme,
        new TrainerOptions
        {
            GlobalBatchSize = 16,
            WarmupSteps = WarmupSteps,
            Optimizer = new OptimizerOptions { WeightDecay = 1 },
            PuzzleWeightDecay = 1,
        },
        GradientMode.OneStep);

    private static TrainingWorkload Small() => new(
        HrmPresets.Small(sequenceLength: 81, vocabularySize: 11),
        new TrainerOptions
        {
            GlobalBatchSize = 64,
            WarmupSteps = WarmupSteps,
            LearningRate = 2e-3,
            GradientMode = GradientMode.LastCycle,
            EmaDecay = 0.995,
            HaltingLoss = HaltingLossKind.HaltOnly,
            Halting = new HaltingOptions { MaxSegments = 8, Rule = HaltingRule.HaltPositive },
        },
        GradientMode.LastCycle);
}
