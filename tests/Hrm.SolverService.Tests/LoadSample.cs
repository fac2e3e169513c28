namespace Hrm.SolverService.Tests;

/// <summary>What the process holds at a moment.</summary>
internal readonly record struct LoadSample(TimeSpan Time, long Tensors, long Resident, int Running);
