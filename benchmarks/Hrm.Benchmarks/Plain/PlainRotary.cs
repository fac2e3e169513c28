using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Plain;

/// <summary>Rotary positions by concatenated halves, in float32: <c>x · cos + [-x2, x1] · sin</c>.</summary>
internal sealed class PlainRotary : IDisposable
{
    private readonly Tensor _cos; // [S, 1, H]
    private readonly Tensor _sin; // [S, 1, H]

    public PlainRotary(long headDim, long tokens, double theta, Device device)
    {
        using var scope = NewDisposeScope();
        var exponents = arange(0, headDim, 2, ScalarType.Float32) / headDim; // [H/2]
        var frequencies = 1.0 / tensor(theta, ScalarType.Float32).pow(exponents); // [H/2]
        var half = outer(arange(tokens, ScalarType.Float32), frequencies); // [S, H/2]
        var angles = cat([half, half], -1).unsqueeze(1); // [S, 1, H]
        _cos = angles.cos().to(device).DetachFromDisposeScope();
        _sin = angles.sin().to(device).DetachFromDisposeScope();
    }

    /// <summary>Rotates queries or keys, [B, S, A, H].</summary>
    public Tensor Rotate(Tensor input)
    {
        using var scope = NewDisposeScope();
        var wide = input.to(ScalarType.Float32); // [B, S, A, H]
        return ((wide * _cos) + (RotateHalf(wide) * _sin)).to(input.dtype).MoveToOuterDisposeScope(); // [B, S, A, H]
    }

    public void Dispose()
    {
        _cos.Dispose();
        _sin.Dispose();
    }

    private static Tensor RotateHalf(Tensor input)
    {
        var half = input.size(-1) / 2;
        return cat([-input.slice(-1, half, 2 * half, 1), input.slice(-1, 0, half, 1)], -1); // [B, S, A, H]
    }
}
