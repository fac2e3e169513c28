using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads.Layers;

/// <summary>Reads a tensor and writes it elsewhere: the least that a layer without products can take.</summary>
internal sealed class Copy(long elements, ScalarType dtype) : IRooflinePart
{
    private readonly Tensor _values = zeros([elements], dtype).DetachFromDisposeScope();

    public void Forward() => _values.clone();

    public void Backward() => _values.clone();

    public void Dispose() => _values.Dispose();
}
