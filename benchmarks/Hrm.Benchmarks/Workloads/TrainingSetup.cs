using Hrm.Core;
using Hrm.Training;
using TorchSharp;

namespace Hrm.Benchmarks.Workloads;

/// <summary>A model and its training, whose whole step is measured.</summary>
internal sealed record TrainingSetup(HrmConfig Config, TrainerOptions Options)
{
    /// <summary>27M model of Sudoku-Extreme with the one-step gradient.</summary>
    public const string SudokuExtreme = "sudoku-extreme";

    /// <summary>27M model of ARC with the one-step gradient: S 901, 1,000 puzzle ids.</summary>
    public const string Arc = "arc";

    /// <summary>422k model for CPUs: gradient of the last cycle, halt-only loss, average of weights.</summary>
    public const string Small = "small";

    /// <summary>Setup of a preset. The warm-up is short, so that the compared weights change.</summary>
    public static TrainingSetup Of(string preset, torch.ScalarType dtype, int batch)
    {
        var (config, options) = preset switch
        {
            SudokuExtreme => (HrmPresets.SudokuExtreme, TrainerPresets.SudokuExtreme()),
            Arc => (HrmPresets.Arc(puzzleIdCount: 1000), TrainerPresets.Arc()),
            _ => (HrmPresets.Small(sequenceLength: 81, vocabularySize: 11), TrainerPresets.Small()),
        };
        options.GlobalBatchSize = batch;
        options.WarmupSteps = 10;
        options.Replicas = 1; // Their gain is a row of its own.
        return new TrainingSetup(config with { ForwardDtype = dtype }, options);
    }
}
