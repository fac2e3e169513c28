using System.Globalization;

namespace Hrm.Benchmarks.Numbers;

/// <summary>How thoroughly the table is measured.</summary>
/// <param name="IsQuick">Minutes rather than the better part of an hour.</param>
/// <param name="ModelFolder">A trained Sudoku model; without one a 4×4 model is trained first.</param>
internal sealed record NumberSettings(bool IsQuick, string? ModelFolder)
{
    /// <summary>The rounds of a layer.</summary>
    public int LayerRounds => IsQuick ? 21 : 81;

    /// <summary>The rounds of whole training steps.</summary>
    public int StepRounds => IsQuick ? 5 : 21;

    /// <summary>The processes of a memory case, whose median counts.</summary>
    public int MemoryProcesses => 3;

    /// <summary>The training steps of a memory case.</summary>
    public int MemorySteps => IsQuick ? 2 : 3;

    /// <summary>The batch of a memory case.</summary>
    public int MemoryBatch => IsQuick ? 2 : 8;

    /// <summary>The rounds of solving.</summary>
    public int SolverRounds => IsQuick ? 3 : 5;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(IsQuick ? "quick" : "full")}: {LayerRounds} rounds of a block, {StepRounds} of training steps, {MemoryProcesses} processes of memory at batch {MemoryBatch}");
}
