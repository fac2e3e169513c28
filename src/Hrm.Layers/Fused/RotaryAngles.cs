using static TorchSharp.torch;

namespace Hrm.Layers;

/// <summary>The tables of <see cref="RotaryEmbedding"/>.</summary>
/// <param name="Cos">[length, 1, H], float32, contiguous.</param>
/// <param name="SignedSin">[length, 1, H], float32, contiguous: -sin in the first half, sin in the second.</param>
internal sealed record RotaryAngles(Tensor Cos, Tensor SignedSin);
