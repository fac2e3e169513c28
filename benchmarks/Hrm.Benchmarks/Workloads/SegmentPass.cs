namespace Hrm.Benchmarks.Workloads;

/// <summary>How much of the training with a segment is run.</summary>
public enum SegmentPass
{
    /// <summary>The forward pass, with the graph that the gradient needs.</summary>
    Forward,

    /// <summary>Forward, loss and backward.</summary>
    ForwardBackward,

    /// <summary>A whole step of the trainer: refill, segment, target of continuing, loss, gradient, optimizer.</summary>
    TrainingStep,
}
