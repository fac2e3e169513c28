using static TorchSharp.torch;

namespace Hrm.Benchmarks.Plain;

/// <summary>zH and zL, [B, S, D] each.</summary>
internal readonly record struct PlainStates(Tensor High, Tensor Low);
