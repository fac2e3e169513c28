using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Layers;

/// <summary>The tables of <see cref="RotaryEmbedding"/>, in a class, so that the module does not register them as buffers.</summary>
/// <param name="Cos">[length, 1, H], float32, contiguous.</param>
/// <param name="SignedSin">[length, 1, H], float32, contiguous: -sin in the first half, sin in the second.</param>
internal sealed record RotaryAngles(Tensor Cos, Tensor SignedSin) : IDisposable
{
    /// <summary>Computes the tables; the caller owns them.</summary>
    public static RotaryAngles Create(long headDim, long length, double theta, Device device)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var half = HeldScalars.Range(headDim, step: 2).DividedBy(headDim); // [H/2]
        var frequency = tensor(theta, ScalarType.Float32).pow(half).reciprocal(); // [H/2]
        var angles = outer(HeldScalars.Range(length, step: 1), frequency); // [length, H/2]
        var sin = angles.sin();
        return new RotaryAngles(
            cat([angles.cos(), angles.cos()], 1).unsqueeze(1).to(device).DetachFromDisposeScope(),
            cat([sin.neg(), sin], 1).unsqueeze(1).to(device).DetachFromDisposeScope());
    }

    public void Dispose()
    {
        Cos.Dispose();
        SignedSin.Dispose();
    }
}
