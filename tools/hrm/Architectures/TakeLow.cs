using static TorchSharp.torch;

namespace Hrm.Tool;

/// <summary>H of a model without a hierarchy: <c>(zH, zL) → zL</c>.</summary>
internal sealed class TakeLow() : nn.Module<Tensor, Tensor, Tensor>(nameof(TakeLow))
{
    public override Tensor forward(Tensor state, Tensor injection) => injection; // [B, S, D]
}
