using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>A tensor that an optimizer keeps between steps.</summary>
/// <param name="Name">What it is: <c>mean</c>, <c>square</c> or <c>momentum</c>.</param>
/// <param name="Parameter">The index into <see cref="ParameterOptimizer.Parameters"/> of the parameter that it belongs to.</param>
/// <param name="Value">
/// The tensor itself, in shape, dtype and device as the parameter. It stays the optimizer's: copy into it to restore it.
/// </param>
public readonly record struct OptimizerSlot(string Name, int Parameter, Tensor Value);
