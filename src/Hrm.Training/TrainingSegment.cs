using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>What one training segment gave.</summary>
/// <param name="Output">Logits and Q values with their graph; the carry now belongs to the trainer.</param>
/// <param name="Segments">[B], int32: segments run on the current data; belongs to the trainer.</param>
/// <param name="Halted">[B], bool: the rows that stop; belongs to the trainer.</param>
/// <param name="ContinueTarget">[B], float32: the target of sigmoid(q_continue), or <see langword="null"/>.</param>
/// <param name="Loss">Loss and metrics.</param>
public sealed record TrainingSegment(HrmOutput Output, Tensor Segments, Tensor Halted, Tensor? ContinueTarget, LossResult Loss);
