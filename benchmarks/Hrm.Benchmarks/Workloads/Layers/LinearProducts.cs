using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads.Layers;

/// <summary>y = x Wᵀ, and of the backward pass dx = dy W and dW = dyᵀ x.</summary>
internal sealed class LinearProducts : IRooflinePart
{
    private readonly Tensor _input; // [R, I]
    private readonly Tensor _weight; // [O, I]
    private readonly Tensor _gradient; // [R, O]

    public LinearProducts(long rows, long inputs, long outputs, ScalarType dtype, Generator generator, Device device)
    {
        using var scope = NewDisposeScope();
        _input = RandomValues.Of([rows, inputs], dtype, generator, device).DetachFromDisposeScope();
        _weight = RandomValues.Of([outputs, inputs], dtype, generator, device).DetachFromDisposeScope();
        _gradient = RandomValues.Of([rows, outputs], dtype, generator, device).DetachFromDisposeScope();
    }

    public void Forward() => nn.functional.linear(_input, _weight); // [R, O]

    public void Backward()
    {
        mm(_gradient, _weight); // [R, I]
        mm(_gradient.t(), _input); // [O, I]
    }

    public void Dispose()
    {
        _input.Dispose();
        _weight.Dispose();
        _gradient.Dispose();
    }
}
