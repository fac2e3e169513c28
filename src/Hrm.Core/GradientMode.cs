namespace Hrm.Core;

/// <summary>Which updates of a segment record gradients.</summary>
public enum GradientMode
{
    /// <summary>The last low and the last high update: the one-step gradient of the paper. Memory O(1) in N·T.</summary>
    OneStep,

    /// <summary>The whole last high cycle (T low updates and one high), as in TRM (arXiv 2510.04871). Memory O(T).</summary>
    LastCycle,

    /// <summary>Every update: back-propagation through time, the paper's baseline. Memory O(N·T).</summary>
    FullUnroll,
}
