using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>Where weights, gradients and averages of a parameter lie, and the numbers of its step.</summary>
internal unsafe struct AdamMemory
{
    public float* Weights;
    public float* Gradients;
    public float* Means;
    public float* Squares;
    public AdamCoefficients Coefficients;

    /// <param name="parameter">The parameter.</param>
    /// <param name="gradient">Its gradient; it has to live until the pass is over.</param>
    /// <param name="mean">m.</param>
    /// <param name="square">v.</param>
    /// <param name="coefficients">The numbers of the step.</param>
    public static AdamMemory Of(Tensor parameter, Tensor gradient, Tensor mean, Tensor square, AdamCoefficients coefficients) => new()
    {
        Weights = FloatMemory.AddressOf(parameter),
        Gradients = FloatMemory.AddressOf(gradient),
        Means = FloatMemory.AddressOf(mean),
        Squares = FloatMemory.AddressOf(square),
        Coefficients = coefficients,
    };

    /// <summary>The same from a later value on.</summary>
    public readonly AdamMemory From(long offset) => new()
    {
        Weights = Weights + offset,
        Gradients = Gradients + offset,
        Means = Means + offset,
        Squares = Squares + offset,
        Coefficients = Coefficients,
    };

    /// <summary>Copies the first values to another place.</summary>
    public readonly void CopyTo(AdamMemory target, int length)
    {
        Copy(Weights, target.Weights, length);
        Copy(Gradients, target.Gradients, length);
        Copy(Means, target.Means, length);
        Copy(Squares, target.Squares, length);
    }

    private static void Copy(float* source, float* target, int length) => new Span<float>(source, length).CopyTo(new Span<float>(target, length));
}
