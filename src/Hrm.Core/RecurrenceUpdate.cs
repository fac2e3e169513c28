using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>One update of the recurrence, as <see cref="HierarchicalConvergence.Updated"/> tells it.</summary>
/// <param name="Cycle">The high cycle, from 0.</param>
/// <param name="Step">The low update within the cycle, from 0; T for the high update that ends the cycle.</param>
/// <param name="IsHigh">Whether H was updated, not L.</param>
/// <param name="Before">The state before, [B, S, D]; valid during the call.</param>
/// <param name="After">The state after, [B, S, D]; valid during the call.</param>
public readonly record struct RecurrenceUpdate(int Cycle, int Step, bool IsHigh, Tensor Before, Tensor After);
