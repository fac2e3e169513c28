namespace Hrm.Benchmarks.Scaling;

/// <summary>What is run of a model.</summary>
internal enum ScalingMode
{
    /// <summary>A segment without gradient.</summary>
    Forward,

    /// <summary>A whole training step with the one-step gradient.</summary>
    OneStep,

    /// <summary>A whole training step with back-propagation through time.</summary>
    Bptt,
}
