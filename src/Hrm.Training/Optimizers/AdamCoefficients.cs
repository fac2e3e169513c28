namespace Hrm.Training;

/// <summary>The numbers of one step of the Adam family for one parameter.</summary>
/// <param name="Beta1">β1.</param>
/// <param name="Beta2">β2.</param>
/// <param name="Decay">The factor of the weights, 1 - lr·wd.</param>
/// <param name="Scale">The factor of the direction, -lr / (1-β1ᵗ).</param>
/// <param name="Correction">The factor of √v, 1 / √(1-β2ᵗ).</param>
/// <param name="Epsilon">ε.</param>
internal readonly record struct AdamCoefficients(double Beta1, double Beta2, double Decay, double Scale, double Correction, double Epsilon)
{
    public static AdamCoefficients Of(OptimizerOptions options, long step, double learningRate) => new(
        options.Beta1,
        options.Beta2,
        Decay: 1 - (learningRate * options.WeightDecay),
        Scale: -learningRate / (1 - Math.Pow(options.Beta1, step)),
        Correction: 1 / Math.Sqrt(1 - Math.Pow(options.Beta2, step)),
        options.Epsilon);
}
