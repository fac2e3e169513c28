using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads.Layers;

/// <summary>q kᵀ and p v, and of the backward pass dq, dk, dp and dv.</summary>
internal sealed class AttentionProducts : IRooflinePart
{
    private readonly Tensor _rows; // [BA, S, H]: stands for q, k, v and the gradient of the mixed values
    private readonly Tensor _weights; // [BA, S, S]: stands for p and the gradient of the scores

    public AttentionProducts(long heads, long tokens, long headWidth, ScalarType dtype, Generator generator, Device device)
    {
        using var scope = NewDisposeScope();
        _rows = RandomValues.Of([heads, tokens, headWidth], dtype, generator, device).DetachFromDisposeScope();
        _weights = RandomValues.Of([heads, tokens, tokens], dtype, generator, device).DetachFromDisposeScope();
    }

    public void Forward()
    {
        bmm(_rows, _rows.transpose(1, 2)); // [BA, S, S]
        bmm(_weights, _rows); // [BA, S, H]
    }

    public void Backward()
    {
        bmm(_rows, _rows.transpose(1, 2)); // dp, [BA, S, S]
        bmm(_weights.transpose(1, 2), _rows); // dv, [BA, S, H]
        bmm(_weights, _rows); // dq, [BA, S, H]
        bmm(_weights.transpose(1, 2), _rows); // dk, [BA, S, H]
    }

    public void Dispose()
    {
        _rows.Dispose();
        _weights.Dispose();
    }
}
