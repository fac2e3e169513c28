namespace Hrm.Benchmarks.Workloads;

/// <summary>A training whose whole step is measured.</summary>
public enum TrainingPreset
{
    /// <summary>The paper's 27M model, batch 16, one-step gradient, Q with continue.</summary>
    SudokuExtreme,

    /// <summary>The 422k model for CPUs, batch 64, gradient of the last cycle, halt-only loss, average of weights.</summary>
    Small,
}
