namespace Hrm.Training;

/// <summary>What a training goes on from.</summary>
/// <param name="Path">The checkpoint's folder.</param>
/// <param name="Step">Its step.</param>
/// <param name="State">What the run knew.</param>
/// <param name="Damaged">Newer checkpoints that could not be used.</param>
/// <param name="Differences">Settings that differ from those of the checkpoint: with them the run is another one.</param>
public sealed record RestoredCheckpoint(
    string Path,
    long Step,
    TrainingRunState State,
    IReadOnlyList<DamagedCheckpoint> Damaged,
    IReadOnlyList<string> Differences);
