namespace Hrm.Benchmarks.Workloads.Layers;

/// <summary>Proves that a layer and the plain op sequence compute the same.</summary>
/// <remarks>
/// In bfloat16 the two round at other places, and each rounding is 0.4 %; so a case in bfloat16 is compared in float32 first, tightly.
/// </remarks>
internal static class LayerEquality
{
    /// <exception cref="UnequalResultsException">The two differ by more than the dtype explains.</exception>
    public static void Require(LayerPair pair) => EqualityProofs.Require(pair.Case, () =>
    {
        if (pair.Case.Float == FloatKind.BF16)
        {
            using var wide = new LayerPair(pair.Case with { Float = FloatKind.F32 });
            Require(wide);
        }

        var (output, gradient) = pair.Case.Float == FloatKind.F32 ? (1e-5, 1e-4) : (2e-2, 3e-2);
        pair.RequireEqualResults(output, gradient);
    });
}
