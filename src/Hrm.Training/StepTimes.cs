namespace Hrm.Training;

/// <summary>Where the time of training steps went, added up since the trainer was made.</summary>
/// <remarks>On a GPU, which works on while the CPU goes on, these are the times that the CPU spent, not the device.</remarks>
/// <param name="Steps">The number of optimizer steps.</param>
/// <param name="Forward">The segments, the targets of continuing, and the losses.</param>
/// <param name="Backward">The gradients.</param>
/// <param name="Optimizer">The updates of weights, puzzle embedding and average.</param>
/// <param name="Total">The whole steps.</param>
public readonly record struct StepTimes(long Steps, TimeSpan Forward, TimeSpan Backward, TimeSpan Optimizer, TimeSpan Total)
{
    /// <summary>The trainer's own share: new puzzles for halted rows, halting, checks, the carry.</summary>
    public TimeSpan Own => Total - Forward - Backward - Optimizer;

    /// <summary>The times between two readings.</summary>
    public static StepTimes operator -(StepTimes later, StepTimes earlier) => new(
        later.Steps - earlier.Steps,
        later.Forward - earlier.Forward,
        later.Backward - earlier.Backward,
        later.Optimizer - earlier.Optimizer,
        later.Total - earlier.Total);
}
