using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>Brings the singular values of a matrix near 1 and keeps its singular vectors, by products alone.</summary>
/// <remarks>
/// <para>
/// <c>X = M / (‖M‖ + 1e-7)</c> in the Frobenius norm, then <c>X = a·X + (b·A + c·A²)·X</c> with <c>A = X·Xᵀ</c> and
/// (a, b, c) = (3.4445, -4.7750, 2.0315). A singular value s goes to a·s + b·s³ + c·s⁵ a step. The coefficients raise small
/// ones fast instead of converging: after five steps what began above 0.002 of the norm lies within 0.68 … 1.21.
/// </para>
/// <para>Source: Jordan et al. 2024, "Muon".</para>
/// </remarks>
internal static class NewtonSchulz
{
    private const float Linear = 3.4445f;
    private const float Cubic = -4.7750f;
    private const float Quintic = 2.0315f;
    private const double SmallestNorm = 1e-7;

    /// <param name="matrix">[rows, columns].</param>
    /// <param name="steps">The iterations.</param>
    /// <returns>[rows, columns], in the dispose scope of the caller.</returns>
    public static Tensor Orthogonalize(Tensor matrix, int steps)
    {
        using var scope = NewDisposeScope();

        // The smaller side is squared: the products cost least there.
        var isTall = matrix.size(0) > matrix.size(1);
        var x = isTall ? matrix.t() : matrix; // [n, k], n ≤ k
        x = x / x.norm().PlusInPlace(SmallestNorm);
        for (var step = 0; step < steps; step++)
        {
            var square = x.mm(x.t()); // [n, n]
            var factor = addmm(square, square, square, beta: Cubic, alpha: Quintic); // [n, n]
            x = addmm(x, factor, x, beta: Linear, alpha: 1); // [n, k]
        }

        return (isTall ? x.t() : x).MoveToOuterDisposeScope();
    }
}
