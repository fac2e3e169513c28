using Hrm.Layers.Kernels;

namespace Hrm.Layers;

/// <summary>Root-mean-square normalisation without a gain: <c>y = x / √(mean(x²) + ε)</c>, computed in float32.</summary>
/// <remarks>
/// In float32 the mean square is computed as in the formula. In bfloat16 it is <c>‖x‖² / D</c> by the vector norm, which is 40 to
/// 55 % faster on a CPU; its rounding (3e-7) is far below that of the dtype. A token mixer amplifies float32 rounding tenfold per
/// segment, so float32 needs the slower form to agree with the recorded numbers.
/// Source: Zhang and Sennrich, arXiv 1910.07467.
/// </remarks>
public sealed class RmsNorm : nn.Module<Tensor, Tensor>
{
    private readonly double _epsilon;

    /// <summary>Creates the layer.</summary>
    /// <param name="epsilon">ε, added to the mean square.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is not positive.</exception>
    public RmsNorm(double epsilon = 1e-5)
        : base(nameof(RmsNorm))
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
        _epsilon = epsilon;
    }

    /// <summary>Normalises over the last axis.</summary>
    /// <param name="input">[…, D], floating point.</param>
    /// <returns>[…, D] in the dtype of <paramref name="input"/>.</returns>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var scope = NewDisposeScope();
        return NormaliseSum(zeros_like(input), input).MoveToOuterDisposeScope(); // […, D]
    }

    /// <summary>Normalises a sum over the last axis.</summary>
    /// <param name="output">[…, D], the result of a layer; its memory is overwritten.</param>
    /// <param name="state">[…, D], the input of that layer; not changed.</param>
    internal Tensor NormaliseSum(Tensor output, Tensor state)
        => FusedRmsNorm.Applies(output, state) ? FusedRmsNorm.Apply(output, state, _epsilon) : Plainly(output.PlusInPlace(state), _epsilon);

    /// <summary>Normalises a sum over the tokens.</summary>
    /// <param name="mixed">[S, B, D], the result of a token mixer, for which <see cref="FastPath.Applies"/>.</param>
    /// <param name="state">[B, S, D], the state that was mixed.</param>
    /// <returns>[B, S, D].</returns>
    internal Tensor NormaliseTokens(Tensor mixed, Tensor state) => FusedTokenNorm.Apply(mixed, state, _epsilon);

    /// <summary>The norm by libtorch's operations.</summary>
    internal static Tensor Plainly(Tensor input, double epsilon)
    {
        var wide = input.CastTo(ScalarType.Float32); // […, D]
        var meanSquare = input.dtype == ScalarType.Float32 ? MeanSquare(wide) : MeanSquareByNorm(wide); // […, 1]
        var scale = meanSquare.PlusInPlace(epsilon).rsqrt_(); // […, 1]
        return wide.mul(scale).CastTo(input.dtype); // […, D]
    }

    private static Tensor MeanSquare(Tensor input) => input.Squared().mean([-1], keepdim: true);

    private static Tensor MeanSquareByNorm(Tensor input)
        => input.norm(-1, keepdim: true).Squared().TimesInPlace(1.0 / input.size(-1));
}
