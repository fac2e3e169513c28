namespace Hrm.Benchmarks.Workloads.Layers;

/// <summary>What is run of a layer.</summary>
public enum Pass
{
    /// <summary>Forward, without gradient: what most updates of a segment are.</summary>
    Forward,

    /// <summary>Forward and backward, gradients of the input and of the weights.</summary>
    ForwardBackward,
}
