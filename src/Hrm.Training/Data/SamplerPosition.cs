namespace Hrm.Training;

/// <summary>Where a stream of training batches stands: what a checkpoint keeps of it.</summary>
/// <param name="Iteration">The iteration of the <see cref="GroupSampler"/>, from 0.</param>
/// <param name="Batch">The batch within the iteration, from 0.</param>
public readonly record struct SamplerPosition(long Iteration, long Batch);
