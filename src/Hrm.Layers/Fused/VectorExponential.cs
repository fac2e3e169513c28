using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hrm.Layers;

/// <summary>eˣ in float32 arithmetic. <see cref="Vector512.Exp(Vector512{float})"/> goes through float64.</summary>
internal static class VectorExponential
{
    /// <summary>The logarithm of the smallest normal float32: below it the result is 0.</summary>
    private const float Lowest = -87.33654f;

    private const float InverseOfLog2 = 1.44269504f;

    /// <summary>ln 2 in two parts, the first with so few bits that its product with the exponent is exact.</summary>
    private const float UpperLog2 = 0.693359375f;
    private const float LowerLog2 = -2.12194440e-4f;
    private const int MantissaBits = 23;

    /// <summary>eˣ for x ≤ 0, with an error of at most two units in the last place; 0 for -∞, NaN for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> OfNonPositive(Vector512<float> x)
    {
        // x = n·ln 2 + r with |r| ≤ ln 2 / 2; the polynomial is Cephes' for (e^r - 1 - r) / r².
        var isTooLow = Vector512.LessThan(x, Vector512.Create(Lowest));
        var n = Vector512.Round(x * InverseOfLog2);
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-UpperLog2), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-LowerLog2), r);
        var p = Vector512.Create(1.9875691500e-4f);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.3981999507e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(8.3334519073e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(4.1665795894e-2f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.6666665459e-1f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(5.0000001201e-1f));
        p = Vector512.FusedMultiplyAdd(p, r * r, r) + Vector512<float>.One;

        // 2ⁿ by the exponent's bits. Of NaN the conversion gives 0 or only the highest bit, which leaves p as it is.
        var scaled = (p.AsInt32() + (Vector512.ConvertToInt32Native(n) << MantissaBits)).AsSingle();
        return Vector512.AndNot(scaled, isTooLow);
    }
}
