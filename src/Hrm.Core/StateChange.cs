using Hrm.Layers;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>How far the states of a batch are from others, row by row.</summary>
internal static class StateChange
{
    /// <summary>‖after − before‖ and ‖after − before‖ / ‖before‖, the norms over all tokens and D; computed in float32.</summary>
    /// <param name="before">[B, S, D].</param>
    /// <param name="after">[B, S, D].</param>
    /// <returns>[B] each, of the caller's dispose scope, as what is made on the way.</returns>
    public static (Tensor Distance, Tensor Relative) Of(Tensor before, Tensor after)
    {
        var start = before.to_type(ScalarType.Float32).flatten(1); // [B, S·D]
        var distance = (after.to_type(ScalarType.Float32).flatten(1) - start).Squared().sum(-1).sqrt(); // [B]
        return (distance, distance / start.Squared().sum(-1).sqrt());
    }
}
