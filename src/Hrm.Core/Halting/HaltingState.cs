using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>What <see cref="AdaptiveHalting"/> sees of a batch in training after a segment.</summary>
/// <param name="QHalt">[B], float32: the Q value of halting, before the sigmoid.</param>
/// <param name="QContinue">[B], float32: the Q value of going on, before the sigmoid.</param>
/// <param name="Segments">[B], int32: segments run, this one included.</param>
public readonly record struct HaltingState(Tensor QHalt, Tensor QContinue, Tensor Segments);
