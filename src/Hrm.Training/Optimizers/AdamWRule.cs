using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary><c>m / (√v / √(1-β2ᵗ) + ε)</c>.</summary>
internal readonly struct AdamWRule : IAdamRule
{
    public static Tensor Direction(Tensor mean, Tensor root, double epsilon) => mean.div(root.add_(epsilon));
}
