using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hrm.Layers;

/// <summary>σ(x) = 1 / (1 + e⁻ˣ) in float32 arithmetic.</summary>
internal static class VectorSigmoid
{
    /// <summary>σ of each value, within three units in the last place; 0 below -87.3, NaN for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x)
    {
        // With e = e^-|x|, which does not overflow: 1 / (1 + e) of a positive value, e / (1 + e) of a negative one.
        var e = VectorExponential.OfNonPositive(x | Vector512.Create(-0f));
        var isNegative = Vector512.LessThan(x, Vector512<float>.Zero);
        return Vector512.ConditionalSelect(isNegative, e, Vector512<float>.One) / (Vector512<float>.One + e);
    }
}
