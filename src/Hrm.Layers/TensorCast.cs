using static TorchSharp.torch;

namespace Hrm.Layers;

/// <summary>Casts between the dtype of the weights and the forward dtype.</summary>
internal static class TensorCast
{
    /// <summary>
    /// The tensor in another dtype, the tensor itself where it has that dtype already. Use it inside a dispose scope,
    /// or where the result is not disposed by hand.
    /// </summary>
    public static Tensor CastTo(this Tensor tensor, ScalarType dtype)
        => tensor.dtype == dtype ? tensor : tensor.to_type(dtype);
}
