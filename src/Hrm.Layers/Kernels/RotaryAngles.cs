namespace Hrm.Layers;

/// <summary>The tables of <see cref="RotaryEmbedding"/>, in a class, so that the module does not register them as buffers.</summary>
/// <param name="Cos">[length, 1, H], float32, contiguous.</param>
/// <param name="SignedSin">[length, 1, H], float32, contiguous: -sin in the first half, sin in the second.</param>
internal sealed record RotaryAngles(Tensor Cos, Tensor SignedSin) : IDisposable
{
    /// <summary>Computes the tables; the caller owns them.</summary>
    /// <param name="headDim">H.</param>
    /// <param name="length">The number of tokens.</param>
    /// <param name="theta">The base of the angles.</param>
    /// <param name="device">The device of the tables.</param>
    /// <param name="columns">The number of columns of a grid, whose rows and columns each rotate half of the pairs; 0 for a sequence.</param>
    /// <param name="prefix">P, the number of tokens before the grid, which are not rotated.</param>
    public static RotaryAngles Create(long headDim, long length, double theta, Device device, long columns, long prefix)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var width = columns == 0 ? headDim : headDim / 2;
        var exponents = HeldScalars.Range(width, step: 2).DividedBy(width); // [H/2] or [H/4]
        var frequency = tensor(theta, ScalarType.Float32).pow(exponents).reciprocal(); // [H/2] or [H/4]
        var angles = columns == 0
            ? outer(HeldScalars.Range(length, step: 1), frequency)
            : GridAngles((length - prefix) / columns, columns, prefix, frequency); // [length, H/2]
        var sin = angles.sin();
        return new RotaryAngles(
            cat([angles.cos(), angles.cos()], 1).unsqueeze(1).to(device).DetachFromDisposeScope(),
            cat([sin.neg(), sin], 1).unsqueeze(1).to(device).DetachFromDisposeScope());
    }

    private static Tensor GridAngles(long rows, long columns, long prefix, Tensor frequency)
    {
        var ofRows = outer(HeldScalars.Range(rows, step: 1), frequency).unsqueeze(1); // [R, 1, H/4]
        var ofColumns = outer(HeldScalars.Range(columns, step: 1), frequency).unsqueeze(0); // [1, C, H/4]
        var cells = cat([ofRows.expand(-1, columns, -1), ofColumns.expand(rows, -1, -1)], -1); // [R, C, H/2]
        return nn.functional.pad(cells.flatten(0, 1), [0, 0, prefix, 0]); // [P + RC, H/2]
    }

    public void Dispose()
    {
        Cos.Dispose();
        SignedSin.Dispose();
    }
}
