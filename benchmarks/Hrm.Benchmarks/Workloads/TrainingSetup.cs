using Hrm.Core;
using Hrm.Training;
using TorchSharp;

namespace Hrm.Benchmarks.Workloads;

/// <summary>Training whose whole step is measured.</summary>
public enum TrainingPreset
{
    /// <summary>27M model of Sudoku-Extreme with the one-step gradient.</summary>
    SudokuExtreme,

    /// <summary>27M model of ARC with the one-step gradient: S 901, 1,000 puzzle ids.</summary>
    Arc,

    /// <summary>422k model for CPUs: gradient of the last cycle, halt-only loss, average of weights.</summary>
    Small,
}

/// <summary>A model and its training.</summary>
internal sealed record TrainingSetup(HrmConfig Config, TrainerOptions Options)
{
    /// <summary>Setup of a preset. The warm-up is short, so that the compared weights change.</summary>
    public static TrainingSetup Of(TrainingPreset preset, torch.ScalarType dtype, int batch)
    {
        var (config, options) = preset switch
        {
            TrainingPreset.SudokuExtreme => (HrmPresets.SudokuExtreme, TrainerPresets.SudokuExtreme()),
            TrainingPreset.Arc => (HrmPresets.Arc(puzzleIdCount: 1000), TrainerPresets.Arc()),
            _ => (HrmPresets.Small(sequenceLength: 81, vocabularySize: 11), TrainerPresets.Small()),
        };
        options.GlobalBatchSize = batch;
        options.WarmupSteps = 10;
        return new TrainingSetup(config with { ForwardDtype = dtype }, options);
    }

    /// <summary>Creates the library's trainer.</summary>
    public HrmTrainer CreateTrainer(HrmModel model, torch.Generator generator) => new(model, Options, generator);
}
