namespace Hrm.Paper;

/// <summary>What a training step takes.</summary>
/// <param name="MiB">The largest memory.</param>
/// <param name="MiBBefore">The memory before the first step: runtime, model and data; 0 on a device.</param>
/// <param name="Milliseconds">The time of a step.</param>
internal sealed record StepCost(double MiB, double MiBBefore, double Milliseconds);
